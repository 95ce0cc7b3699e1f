package opcua

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// relay passes TCP connections on to target, and fails in the ways that a plant's network does.
type relay struct {
	listener net.Listener
	target   string

	mu      sync.Mutex
	changed *sync.Cond
	refuse  bool
	hole    bool
	closed  bool
	open    map[net.Conn]bool
	opened  int // requests for a secure channel, or for its renewal, that came by
}

func newRelay(t *testing.T, target string) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: listener, target: target, open: map[net.Conn]bool{}}
	r.changed = sync.NewCond(&r.mu)
	go r.accept()
	t.Cleanup(func() {
		listener.Close()
		r.mu.Lock()
		r.closed, r.hole = true, false
		r.mu.Unlock()
		r.changed.Broadcast()
		r.drop()
	})
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
		refuse := r.refuse || r.closed
		r.mu.Unlock()
		var server net.Conn
		if !refuse {
			server, err = net.DialTimeout("tcp", r.target, time.Second)
		}
		if refuse || err != nil {
			client.Close()
			continue
		}
		r.mu.Lock()
		r.open[client], r.open[server] = true, true
		r.mu.Unlock()
		go r.pass(client, server, 1)
		go r.pass(server, client, 0)
	}
}

func (r *relay) pass(from, to net.Conn, weight int) {
	defer from.Close()
	defer to.Close()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		r.mu.Lock()
		r.opened += weight * bytes.Count(b[:n], []byte("OPNF"))
		for r.hole && err == nil {
			r.changed.Wait()
		}
		r.mu.Unlock()
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// drop cuts all connections.
func (r *relay) drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.open {
		c.Close()
		delete(r.open, c)
	}
}

// cut cuts all connections and refuses new ones until join.
func (r *relay) cut() {
	r.mu.Lock()
	r.refuse = true
	r.mu.Unlock()
	r.drop()
}

func (r *relay) join() {
	r.mu.Lock()
	r.refuse = false
	r.mu.Unlock()
}

// swallow holds back all bytes, in both directions, while it is on; connections stay open.
func (r *relay) swallow(on bool) {
	r.mu.Lock()
	r.hole = on
	r.mu.Unlock()
	r.changed.Broadcast()
}

func TestRelay(t *testing.T) {
	echo, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer echo.Close()
	go func() {
		for {
			c, err := echo.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); _, _ = io.Copy(c, c) }()
		}
	}()
	r := newRelay(t, echo.Addr().String())
	dial := func() net.Conn {
		c, err := net.Dial("tcp", r.listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	answers := func(c net.Conn) bool {
		_ = c.SetDeadline(time.Now().Add(200 * time.Millisecond))
		_, _ = c.Write([]byte("x"))
		n, _ := c.Read(make([]byte, 8))
		return n > 0
	}
	c := dial()
	if !answers(c) {
		t.Fatal("no answer through the relay")
	}
	r.swallow(true)
	if answers(c) {
		t.Error("an answer out of a hole")
	}
	r.swallow(false)
	if !answers(c) {
		t.Error("what a hole held back was lost")
	}
	r.cut()
	if answers(c) || answers(dial()) {
		t.Error("an answer over a cut")
	}
	r.join()
	if !answers(dial()) {
		t.Error("no answer after the cut")
	}
}
