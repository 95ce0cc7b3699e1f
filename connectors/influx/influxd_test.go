package influx

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/influxdata/influxdb-client-go/v2/api/query"
)

// influxd is a real InfluxDB 1.8.10 with its own folder and ports.
type influxd struct {
	URL     string
	program string
	config  string
	running *exec.Cmd
	said    *bytes.Buffer
}

// startInfluxd starts the server that make peers installs. It ends with the test.
func startInfluxd(t testing.TB) *influxd {
	t.Helper()
	cache := os.Getenv("REETWIN_CACHE")
	if cache == "" {
		cache = filepath.Join("..", "..", ".cache")
	}
	program, err := filepath.Abs(filepath.Join(cache, "bin", "influxd"))
	if err == nil {
		_, err = os.Stat(program)
	}
	if err != nil {
		t.Fatalf("no InfluxDB (%v): run make peers, or GOBIN=<repository>/.cache/bin go install github.com/influxdata/influxdb/cmd/influxd@v1.8.10", err)
	}
	dir := t.TempDir()
	d := &influxd{program: program, config: filepath.Join(dir, "influxdb.conf")}
	address := freeAddress(t)
	d.URL = "http://" + address
	text := fmt.Sprintf(`reporting-disabled = true
bind-address = %q
[meta]
  dir = %q
[data]
  dir = %q
  wal-dir = %q
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = %q
  flux-enabled = true
  log-enabled = false
[logging]
  level = "error"
`, freeAddress(t), filepath.Join(dir, "meta"), filepath.Join(dir, "data"), filepath.Join(dir, "wal"), address)
	if err := os.WriteFile(d.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.kill)
	d.start(t)
	return d
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start runs the server and waits until it answers.
func (d *influxd) start(t testing.TB) {
	t.Helper()
	d.said = &bytes.Buffer{}
	d.running = exec.Command(d.program, "run", "-config", d.config)
	d.running.Stdout, d.running.Stderr = d.said, d.said
	if err := d.running.Start(); err != nil {
		t.Fatal(err)
	}
	client := http.Client{Timeout: time.Second}
	for range 300 {
		if r, err := client.Get(d.URL + "/ping"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusNoContent {
				return
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	d.kill()
	t.Fatalf("InfluxDB does not answer:\n%s", d.said)
}

// kill ends the server without warning.
func (d *influxd) kill() {
	if d.running != nil {
		d.running.Process.Kill()
		d.running.Wait()
		d.running = nil
	}
}

// create makes a data base.
func (d *influxd) create(t testing.TB, name string) {
	t.Helper()
	r, err := http.PostForm(d.URL+"/query", url.Values{"q": {"CREATE DATABASE " + name}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	said, err := io.ReadAll(r.Body) // the 200 comes before the data base, the body after it
	if err != nil || r.StatusCode != http.StatusOK || bytes.Contains(said, []byte("error")) {
		t.Fatalf("no data base: %s, %s, %v", r.Status, said, err)
	}
}

// flux runs a query and returns its rows.
func (d *influxd) flux(t testing.TB, text string) []*query.FluxRecord {
	t.Helper()
	client := influxdb2.NewClient(d.URL, "")
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	result, err := client.QueryAPI("").Query(ctx, text)
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	defer result.Close()
	var rows []*query.FluxRecord
	for result.Next() {
		rows = append(rows, result.Record())
	}
	if result.Err() != nil {
		t.Fatalf("%s\n%v", text, result.Err())
	}
	return rows
}

// count returns how many numbers a data base holds, by measurement and field.
func (d *influxd) count(t testing.TB, bucket string) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, r := range d.flux(t, fmt.Sprintf(`from(bucket: %q) |> range(start: 1980-01-01T00:00:00Z, stop: 2100-01-01T00:00:00Z)
		|> group(columns: ["_measurement", "_field"]) |> count()`, bucket)) {
		counts[r.Measurement()+"."+r.Field()] += int(r.Value().(int64))
	}
	return counts
}

// line writes a line past the writer.
func (d *influxd) line(t testing.TB, bucket, line string) {
	t.Helper()
	r, err := http.Post(d.URL+"/api/v2/write?precision=ms&bucket="+bucket, "text/plain", strings.NewReader(line))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusNoContent {
		t.Fatalf("%s: %s", line, r.Status)
	}
}
