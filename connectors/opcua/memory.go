package opcua

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/gopcua/opcua/ua"
)

// memory is what a process leaves of its subscription for the next one: the server goes on to queue values for it while
// no process runs, and hands them over with a transfer. A clean end deletes the subscription; then the server refuses the
// transfer, and a new one is made.
type memory struct {
	Endpoint, Namespace string
	Nodes               []string // of the tags, in order: the server knows them by their places
	Subscription        uint32
	Next                uint32 // number of the message to deliver next
	KeepAlive           time.Duration
	Table               []string
	Started             time.Time
	Refused             map[int]ua.StatusCode
}

// save writes the memory after each message that was delivered: what was delivered and not saved comes once more.
func (c *Client) save() {
	if c.cfg.Memory == "" {
		return
	}
	h := &c.held
	text, err := json.Marshal(memory{c.cfg.Endpoint, c.cfg.Namespace, c.nodes(), h.subscription, h.next, h.keepAlive, h.table, h.started, h.refused})
	if err == nil {
		if err = os.WriteFile(c.cfg.Memory+".new", text, 0o600); err == nil {
			err = os.Rename(c.cfg.Memory+".new", c.cfg.Memory)
		}
	}
	if err != nil {
		slog.Warn("the subscription cannot be remembered", "connector", "opcua", "error", err)
	}
}

// recollect takes up the subscription of the process before, if it was for the same nodes of the same server.
func (c *Client) recollect() error {
	if c.cfg.Memory == "" {
		return nil
	}
	text, err := os.ReadFile(c.cfg.Memory)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("opcua: %w", err)
	}
	var m memory
	if json.Unmarshal(text, &m) != nil || m.Subscription == 0 || m.KeepAlive <= 0 {
		return nil // cut short: the subscription is made anew
	}
	if m.Endpoint != c.cfg.Endpoint || m.Namespace != c.cfg.Namespace || !slices.Equal(m.Nodes, c.nodes()) {
		return nil
	}
	c.held = held{table: m.Table, started: m.Started, subscription: m.Subscription, everMade: true,
		keepAlive: m.KeepAlive, next: m.Next, acks: map[uint32]bool{}, refused: m.Refused}
	if c.held.refused == nil {
		c.held.refused = map[int]ua.StatusCode{}
	}
	return nil
}

func (c *Client) nodes() []string {
	nodes := make([]string, len(c.cfg.Tags))
	for i, tag := range c.cfg.Tags {
		nodes[i] = node(tag)
	}
	return nodes
}
