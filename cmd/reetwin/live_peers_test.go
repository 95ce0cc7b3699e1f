//go:build unix

package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"reetwin/plant"
)

// installed is the path of a part of a peer that `make peers` installs.
func installed(t testing.TB, path ...string) string {
	t.Helper()
	cache := os.Getenv("REETWIN_CACHE")
	if cache == "" {
		cache = filepath.Join("..", "..", ".cache")
	}
	file, err := filepath.Abs(filepath.Join(append([]string{cache}, path...)...))
	if err == nil {
		_, err = os.Stat(file)
	}
	if err != nil {
		t.Fatalf("a test peer is missing (%v): run make peers", err)
	}
	return file
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// database is a real InfluxDB 1.8.10 with its own folder and port.
type database struct {
	url     string
	config  string
	running *process
}

func startInfluxDB(t testing.TB) *database {
	t.Helper()
	dir := t.TempDir()
	d := &database{url: fmt.Sprintf("http://127.0.0.1:%d", freePort(t)), config: filepath.Join(dir, "influxdb.conf")}
	text := fmt.Sprintf("reporting-disabled = true\nbind-address = '127.0.0.1:%d'\n[meta]\ndir = '%s/meta'\n"+
		"[data]\ndir = '%s/data'\nwal-dir = '%s/wal'\nquery-log-enabled = false\n[monitor]\nstore-enabled = false\n"+
		"[http]\nbind-address = '%s'\nflux-enabled = true\nlog-enabled = false\n[logging]\nlevel = 'error'\n",
		freePort(t), dir, dir, dir, strings.TrimPrefix(d.url, "http://"))
	if err := os.WriteFile(d.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d.start(t)
	return d
}

func (d *database) start(t testing.TB) {
	t.Helper()
	d.running = startProcess(t, exec.Command(installed(t, "bin", "influxd"), "run", "-config", d.config))
	until(t, 30*time.Second, "InfluxDB", func() bool {
		r, err := http.Get(d.url + "/ping")
		if err == nil {
			r.Body.Close()
		}
		return err == nil && r.StatusCode == http.StatusNoContent
	})
}

// create makes a bucket.
func (d *database) create(t testing.TB, bucket string) {
	t.Helper()
	r, err := http.PostForm(d.url+"/query", url.Values{"q": {"CREATE DATABASE " + bucket}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if said, err := io.ReadAll(r.Body); err != nil || strings.Contains(string(said), "error") {
		t.Fatalf("%s %v", said, err)
	}
}

// line writes a line of line protocol, with its time in ms.
func (d *database) line(t testing.TB, bucket, line string) {
	t.Helper()
	r, err := http.Post(d.url+"/api/v2/write?precision=ms&bucket="+bucket, "text/plain", strings.NewReader(line))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusNoContent {
		t.Fatal(r.Status)
	}
}

// cell is where a number stands in InfluxDB: name is the KPI or the tag's id.
type cell struct {
	measurement, name, field string
	ms                       int64
}

// all is every number of a bucket since 2010, by a Flux query.
func (d *database) all(t testing.TB, bucket string) map[cell]float64 {
	t.Helper()
	query := fmt.Sprintf(`from(bucket: %q) |> range(start: 2010-01-01T00:00:00Z, stop: 2100-01-01T00:00:00Z) |> group()`, bucket)
	r, err := http.Post(d.url+"/api/v2/query", "application/vnd.flux", strings.NewReader(query))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	read := csv.NewReader(r.Body)
	read.FieldsPerRecord, read.Comment = -1, '#'
	rows, err := read.ReadAll()
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v %v", r.Status, rows, err)
	}
	numbers := map[cell]float64{}
	column := map[string]int{}
	for _, row := range rows {
		if strings.Contains(strings.Join(row, ","), ",_time,") {
			for i, name := range row {
				column[name] = i
			}
			continue
		}
		get := func(name string) string {
			if i, ok := column[name]; ok && i < len(row) {
				return row[i]
			}
			return ""
		}
		at, err := time.Parse(time.RFC3339Nano, get("_time"))
		if err != nil {
			t.Fatalf("%v: %v", row, err)
		}
		v, err := strconv.ParseFloat(get("_value"), 64)
		if err != nil {
			t.Fatalf("%v: %v", row, err)
		}
		c := cell{get("_measurement"), get("kpi") + get("id"), get("_field"), at.UnixMilli()}
		if _, twice := numbers[c]; twice {
			t.Errorf("%v stands in InfluxDB twice", c)
		}
		numbers[c] = v
	}
	return numbers
}

// server is a running node-opcua that serves tags, and what it says it sent.
type server struct {
	port    int
	options map[string]any
	running *process
	input   io.WriteCloser

	mu    sync.Mutex
	ready bool
	ticks []int64              // source times, ms
	acks  map[acknowledged]int // values
}

// acknowledged names the values of one source time that one subscription had acknowledged.
type acknowledged struct{ life, subscription, ms int64 }

const tickEvery = 500 * time.Millisecond

// startServer serves tags that stand still at these values, and are measured every half second.
func startServer(t testing.TB, tags []plant.Tag, values map[string]plant.Number) *server {
	t.Helper()
	var list []map[string]any
	for _, tag := range tags {
		list = append(list, map[string]any{"id": tag.ID, "unit": tag.Unit, "lo": tag.Lo, "hi": tag.Hi, "value": values[tag.ID]})
	}
	s := &server{port: freePort(t), acks: map[acknowledged]int{}}
	s.options = map[string]any{"port": s.port, "pki": filepath.Join(filepath.Dir(installed(t, "node", "node_modules")), "pki-live"),
		"uri": virtualNamespace, "tags": list, "period": tickEvery.Milliseconds(), "shift": 0, "seconds": 240, "log": true}
	s.start(t)
	return s
}

// pki is made by one server at a time.
var pki sync.Mutex

func (s *server) start(t testing.TB) {
	t.Helper()
	pki.Lock()
	defer pki.Unlock()
	options, err := json.Marshal(s.options)
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join("..", "..", "connectors", "opcua", "testdata", "server.js")
	if _, err := os.Stat(script); err != nil { // and a result of this test in the cache goes with the script
		t.Fatal(err)
	}
	command := exec.Command("node", script, string(options))
	command.Env = append(os.Environ(), "NODE_PATH="+installed(t, "node", "node_modules"))
	if s.input, err = command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	read, write := io.Pipe()
	command.Stdout = write
	life := time.Now().UnixNano()
	s.mu.Lock()
	s.ready = false
	s.mu.Unlock()
	go func() {
		lines := bufio.NewScanner(read)
		for lines.Scan() {
			s.note(life, lines.Text())
		}
	}()
	s.running = startProcess(t, command)
	t.Cleanup(func() { write.Close() })
	until(t, time.Minute, "node-opcua", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.ready
	})
}

// note takes down a line of what the server says.
func (s *server) note(life int64, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var n int
	var subscription, ms int64
	if _, err := fmt.Sscanf(text, "tick %d", &ms); err == nil {
		s.ticks = append(s.ticks, ms)
	}
	if _, err := fmt.Sscanf(text, "ack %d %d %d", &n, &subscription, &ms); err == nil {
		s.acks[acknowledged{life, subscription, ms}] += n
	}
	s.ready = s.ready || strings.HasPrefix(text, "ready")
}

func (s *server) stop(t testing.TB, signal syscall.Signal) {
	t.Helper()
	s.running.signal(t, signal)
	s.running.wait(t, 10*time.Second)
}

func (s *server) url() string { return fmt.Sprintf("opc.tcp://127.0.0.1:%d", s.port) }

// relay passes TCP connections on to a port of this machine, and fails in the ways that a plant's network does.
type relay struct {
	listener net.Listener
	target   string

	mu           sync.Mutex
	changed      *sync.Cond
	refuse, hole bool
	open         map[net.Conn]bool
}

func startRelay(t testing.TB, target string) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: listener, target: strings.TrimPrefix(target, "opc.tcp://"), open: map[net.Conn]bool{}}
	r.changed = sync.NewCond(&r.mu)
	go r.accept()
	t.Cleanup(func() { listener.Close(); r.set(true, false) })
	return r
}

func (r *relay) url() string { return "opc.tcp://" + r.listener.Addr().String() }

func (r *relay) accept() {
	for {
		client, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.mu.Lock()
		refuse := r.refuse
		r.mu.Unlock()
		server, err := net.DialTimeout("tcp", r.target, time.Second)
		if err != nil || refuse {
			client.Close()
			if err == nil {
				server.Close()
			}
			continue
		}
		r.mu.Lock()
		r.open[client], r.open[server] = true, true
		r.mu.Unlock()
		go r.pass(client, server)
		go r.pass(server, client)
	}
}

func (r *relay) pass(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		r.mu.Lock()
		for r.hole {
			r.changed.Wait()
		}
		r.mu.Unlock()
		if _, failed := to.Write(b[:n]); err != nil || failed != nil {
			return
		}
	}
}

// set cuts all connections and refuses new ones, or holds back all bytes of connections that stay open.
func (r *relay) set(cut, hole bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refuse, r.hole = cut, hole
	r.changed.Broadcast()
	for c := range r.open {
		if cut {
			c.Close()
			delete(r.open, c)
		}
	}
}
