package opcua

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"reetwin/plant"
)

// A subscription is taken up by the next process only for the same nodes of the same server; what cannot be read is as
// good as none. The whole way, with kill -9, is in the tests of cmd/reetwin.
func TestSubscriptionIsRemembered(t *testing.T) {
	file := filepath.Join(t.TempDir(), "subscription.json")
	cfg := Config{Endpoint: "opc.tcp://127.0.0.1:1", Namespace: "urn:x", Tags: []plant.Tag{{ID: "a"}, {ID: "b"}}, Memory: file}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c.held = held{subscription: 7, next: 42, keepAlive: time.Second, table: []string{"urn:x"}, started: time.Unix(5, 0).UTC()}
	c.save()
	resumed := func(change func(*Config)) *Client {
		other := cfg
		change(&other)
		c, err := New(other)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	same := resumed(func(*Config) {}).held
	if same.subscription != 7 || same.next != 42 || same.keepAlive != time.Second || !same.started.Equal(time.Unix(5, 0)) || same.acks == nil || same.refused == nil {
		t.Errorf("remembered %+v", same)
	}
	for what, change := range map[string]func(*Config){
		"another server": func(c *Config) { c.Endpoint = "opc.tcp://127.0.0.1:2" },
		"other tags":     func(c *Config) { c.Tags = c.Tags[:1] },
		"no memory":      func(c *Config) { c.Memory = "" },
	} {
		if got := resumed(change).held; got.subscription != 0 {
			t.Errorf("%s: took up subscription %d", what, got.subscription)
		}
	}
	if err := os.WriteFile(file, []byte(`{"Subscription":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := resumed(func(*Config) {}).held; got.subscription != 0 {
		t.Errorf("took up subscription %d from half a file", got.subscription)
	}
}
