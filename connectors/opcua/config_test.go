package opcua

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopcua/opcua/ua"

	"reetwin/flowsheet/conf"
	"reetwin/plant"
)

func TestConfigFaults(t *testing.T) {
	good := Config{Endpoint: "opc.tcp://127.0.0.1:4840", Namespace: uri, Tags: testTags(1)}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*Config){
		"needs opc.tcp://host:port":              func(c *Config) { c.Endpoint = "http://plant" },
		"security is not said":                   func(c *Config) { c.Endpoint = "opc.tcp://10.1.2.3:4840" },
		`security "Basic256" is not offered`:     func(c *Config) { c.Security = "Basic256" },
		"needs the files of certificate and key": func(c *Config) { c.Security = Basic256Sha256 },
		"a password is only sent encrypted":      func(c *Config) { c.User = "twin" },
		"namespace: needs the URI":               func(c *Config) { c.Namespace = "" },
		"no tags":                                func(c *Config) { c.Tags = nil },
		"needs an ID of its own":                 func(c *Config) { c.Tags = append(testTags(1), testTags(1)...) },
		"the namespace is given by its URI":      func(c *Config) { c.Tags = []plant.Tag{{ID: "a", Node: "ns=3;s=a"}} },
		"need at least 10 ms":                    func(c *Config) { c.Sampling = time.Microsecond },
	} {
		c := good
		spoil(&c)
		_, err := New(c)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := New(Config{}); err == nil || strings.Count(err.Error(), "\n") < 3 {
		t.Errorf("not all faults at once: %v", err)
	}
}

func TestRead(t *testing.T) {
	t.Setenv("REETWIN_TEST_PASSWORD", "s3cret")
	text := `
endpoint = "opc.tcp://10.1.2.3:4840"
namespace = "urn:plant:dcs"
sampling = "500 ms"
queue = "2 min"
security = "Basic256Sha256"
user = "twin"
password = "env:REETWIN_TEST_PASSWORD"
`
	tree, err := conf.Parse("plant.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	c := Read(tree.Root(), testTags(1))
	if err := tree.Err(); err != nil {
		t.Fatal(err)
	}
	if c.Sampling != 500*time.Millisecond || c.QueueSeconds != 120 || c.PublishInterval != 250*time.Millisecond || c.Password != "s3cret" || c.User != "twin" || c.Namespace != "urn:plant:dcs" {
		t.Errorf("%+v", c)
	}
	for _, bad := range []string{"hunter2", "env:REETWIN_TEST_NOT_SET", "file:" + filepath.Join(t.TempDir(), "none")} {
		tree, err := conf.Parse("plant.toml", []byte(strings.Replace(text, "env:REETWIN_TEST_PASSWORD", bad, 1)))
		if err != nil {
			t.Fatal(err)
		}
		Read(tree.Root(), nil)
		if err := tree.Err(); err == nil || !strings.Contains(err.Error(), "password") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", bad, err)
		}
	}
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("from file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := secret("file:" + file); err != nil || s != "from file" {
		t.Errorf("%q, %v", s, err)
	}
}

func TestKeyPair(t *testing.T) {
	dir := t.TempDir()
	certificate, key := filepath.Join(dir, "own.pem"), filepath.Join(dir, "own.key")
	made, err := loadKeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	again, err := loadKeyPair(certificate, key)
	if err != nil || string(again.certificate) != string(made.certificate) || !strings.HasPrefix(made.uri, "urn:") {
		t.Errorf("made anew, or %v; %q", err, made.uri)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if _, err := loadKeyPair(certificate, key); err == nil {
		t.Error("a certificate whose key is lost was replaced")
	}
	err = pinned(made.certificate, "")
	if err == nil {
		t.Fatal("an empty thumbprint is trusted")
	}
	shown := "sha256:" + strings.SplitN(strings.SplitN(err.Error(), "sha256:", 2)[1], " ", 2)[0]
	for thumbprint, want := range map[string]bool{shown: true, strings.ToUpper(shown[7:]): true, shown[:40]: false, "sha256:": false} {
		if got := pinned(made.certificate, thumbprint) == nil; got != want {
			t.Errorf("%q trusted: %v", thumbprint, got)
		}
	}
}

func FuzzNodeID(f *testing.F) {
	for _, s := range []string{"T-101.PV", "s=ns=3", "i=17", "g=72962B91-FA75-4AE6-8D28-B404DC7DAF63", "b=AQID", "i=x", "nsu=urn:x;s=y", "a;b=c", "", "=", "g="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := nodeID(2, text)
		if err != nil {
			return
		}
		if n.Namespace() != 2 {
			t.Fatalf("%q is in namespace %d", text, n.Namespace())
		}
		again, err := nodeID(2, identifier(n))
		if err != nil || again.String() != n.String() {
			t.Fatalf("%q became %q, then %v, %v", text, identifier(n), again, err)
		}
	})
}

// message is one with values, or a keep-alive.
func message(number uint32, values bool) *ua.NotificationMessage {
	m := &ua.NotificationMessage{SequenceNumber: number}
	if values {
		m.NotificationData = []*ua.ExtensionObject{{}}
	}
	return m
}

func TestLine(t *testing.T) {
	l := line{waiting: map[uint32]*ua.NotificationMessage{}, horizon: 5}
	if l.add(message(5, false), 5) || l.hole(5) {
		t.Error("a keep-alive with the next number is a hole")
	}
	if !l.add(message(4, true), 5) {
		t.Error("a message twice is not noticed")
	}
	if l.add(message(7, true), 5) || !l.hole(5) || l.first() != 7 {
		t.Errorf("5 and 6 are missing; the first is %d", l.first())
	}
	l.add(message(6, true), 5)
	if l.first() != 6 {
		t.Errorf("5 is missing; the first is %d", l.first())
	}
	l = line{waiting: map[uint32]*ua.NotificationMessage{}, horizon: 5}
	l.add(message(8, false), 5)
	if !l.hole(5) || l.first() != 8 {
		t.Error("a keep-alive says that 5 to 7 were sent")
	}
	if last := ^uint32(0); !before(last, following(last)) || following(last) != 1 || before(1, last) {
		t.Error("numbers do not begin again at 1")
	}
}

func TestPause(t *testing.T) {
	for range 100 {
		if p := pause(errors.New("x"), 8*time.Second); p > 2050*time.Millisecond {
			t.Errorf("a pause of %v in an outage of 8 s", p)
		}
		if p := pause(errors.New("x"), 24*time.Hour); p > retryMax+50*time.Millisecond {
			t.Errorf("a pause of %v", p)
		}
	}
	if p := pause(fmt.Errorf("x: %w", ua.StatusBadUserAccessDenied), 0); p != retryMax {
		t.Errorf("a refused password is sent again after %v", p)
	}
}

// A virtual plant, and a client that reads it.
func Example() {
	tags := []plant.Tag{{ID: "leach_solid_feed.flow", Unit: "kg/h", Hi: 2000}}
	server, err := NewServer("127.0.0.1:0", "urn:reetwin:virtual", tags)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	if err := server.Set([]plant.Sample{{ID: tags[0].ID, Value: 812.5, Source: time.Now()}}); err != nil {
		fmt.Println(err)
	}
	client, err := New(Config{Endpoint: server.URL(), Namespace: "urn:reetwin:virtual", Tags: tags})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err = client.Run(ctx, func(samples []plant.Sample) error { // journal.Append
		for _, s := range samples {
			fmt.Println(s.ID, float64(s.Value), s.Quality)
		}
		cancel()
		return nil
	})
	fmt.Println(err)
	// Output:
	// leach_solid_feed.flow 812.5 good
	// context canceled
}
