package opcua

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"reetwin/plant"
)

const (
	uri    = "urn:plant"
	period = 100 * time.Millisecond // of the counters
)

// cache is where peers are installed.
func cache(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("REETWIN_CACHE"); dir != "" {
		return dir
	}
	dir, err := filepath.Abs(filepath.Join("..", "..", ".cache"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// needPeer leaves the test out of a short run, and fails it when node-opcua is not installed.
func needPeer(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs node-opcua")
	}
	modules := filepath.Join(cache(t), "node", "node_modules")
	if _, err := os.Stat(filepath.Join(modules, "node-opcua", "package.json")); err != nil {
		t.Fatalf("node-opcua is not installed: make peers (npm install --prefix %s node-opcua@2.182.2)", filepath.Dir(modules))
	}
	return modules
}

// peer is a running node-opcua server.
type peer struct {
	address string // host:port
	options map[string]any
	command *exec.Cmd
	input   io.WriteCloser
	done    chan struct{}
}

func testTags(n int) []plant.Tag {
	tags := make([]plant.Tag, n)
	for i := range tags {
		tags[i] = plant.Tag{ID: fmt.Sprintf("unit_%d.flow", i), Unit: "m3/h", Hi: 1e12}
	}
	return tags
}

// startPeer starts a server for the tags.
func startPeer(t *testing.T, tags []plant.Tag, options ...any) *peer {
	t.Helper()
	needPeer(t)
	var list []map[string]any
	for _, tag := range tags {
		list = append(list, map[string]any{"id": node(tag), "unit": "m³/h", "lo": tag.Lo, "hi": tag.Hi})
	}
	port := freePort(t)
	p := &peer{address: fmt.Sprintf("127.0.0.1:%d", port), options: map[string]any{
		"port": port, "pki": filepath.Join(cache(t), "node", "pki"), "uri": uri, "tags": list,
		"period": period.Milliseconds(), "shift": 0, "seconds": 120,
	}}
	for i := 0; i < len(options); i += 2 {
		p.options[options[i].(string)] = options[i+1]
	}
	p.start(t)
	t.Cleanup(func() { p.stop(syscall.SIGKILL) })
	return p
}

// pki is made by one server at a time.
var pki sync.Mutex

func (p *peer) start(t *testing.T) {
	t.Helper()
	pki.Lock()
	defer pki.Unlock()
	options, err := json.Marshal(p.options)
	if err != nil {
		t.Fatal(err)
	}
	p.command = exec.Command("node", filepath.Join("testdata", "server.js"), string(options))
	p.command.Env = append(os.Environ(), "NODE_PATH="+needPeer(t))
	p.command.Stderr = os.Stderr
	if p.input, err = p.command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	output, err := p.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	ready, done := make(chan bool, 1), make(chan struct{})
	p.done = done
	go func(command *exec.Cmd) {
		defer close(done)
		lines := bufio.NewScanner(output)
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "ready") {
				ready <- true
			}
		}
		_ = command.Wait()
	}(p.command)
	select {
	case <-ready:
	case <-done:
		t.Fatal("node-opcua ended at once")
	case <-time.After(60 * time.Second):
		t.Fatal("node-opcua is not ready after a minute")
	}
}

// stop ends the server's process and waits until it is gone.
func (p *peer) stop(signal syscall.Signal) {
	_ = p.command.Process.Signal(signal)
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
		_ = p.command.Process.Kill()
		<-p.done
	}
}

// set sets the quality of a tag.
func (p *peer) set(t *testing.T, id, status string) {
	t.Helper()
	if _, err := fmt.Fprintf(p.input, "{\"id\":%q,\"status\":%q}\n", id, status); err != nil {
		t.Fatal(err)
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
