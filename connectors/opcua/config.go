package opcua

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"reetwin/flowsheet/conf"
	"reetwin/plant"
)

// The security policies that are offered. gopcua checks no certificate of a server, so encryption asks for its thumbprint.
const (
	None           = "None"
	Basic256Sha256 = "Basic256Sha256" // signed and encrypted
)

// Config is how to reach the plant and what to read there. What is zero has the default that New fills in.
type Config struct {
	Endpoint        string        // opc.tcp://host:port; the addresses that the server itself names are not used
	Namespace       string        // URI of the namespace of the tags' nodes
	PublishInterval time.Duration // how often the server sends what it has sampled; 250 ms
	Sampling        time.Duration // how often it samples; 1 s
	QueueSeconds    float64       // outage to ride out with values kept in the server; 60
	Tags            []plant.Tag   // Node (or ID): a string identifier, or "i=", "g=", "b=", "s=" and an identifier

	Memory string // file that keeps the subscription for the next process after a kill; "" for none

	Security         string // None or Basic256Sha256; must be said, except towards this machine itself
	Certificate, Key string // files (PEM) of this client; both are made when both are missing
	Thumbprint       string // "sha256:…" of the server's certificate
	User, Password   string // only with Basic256Sha256; anonymous without
}

// Read reads the table [opcua] of a plant; faults are collected in its tree. The password is never written there, only
// where it is: "env:NAME" or "file:PATH".
//
//	[opcua]
//	endpoint = "opc.tcp://10.1.2.3:4840"
//	namespace = "urn:plant:dcs"
//	sampling = "1 s"
//	queue = "2 min"
//	security = "Basic256Sha256"
//	certificate = "pki/reetwin.pem"
//	key = "pki/reetwin.key"
//	thumbprint = "sha256:…"
//	user = "twin"
//	password = "env:DCS_PASSWORD"
func Read(t *conf.Table, tags []plant.Tag) Config {
	seconds := func(key string, def, lo, hi float64) time.Duration {
		return time.Duration(t.QuantityOr(key, "s", def, conf.Between(lo, hi)) * float64(time.Second))
	}
	c := Config{
		Endpoint:        t.Text("endpoint"),
		Namespace:       t.Text("namespace"),
		PublishInterval: seconds("publish_interval", 0.25, 0.01, 60),
		Sampling:        seconds("sampling", 1, 0.01, 3600),
		QueueSeconds:    t.QuantityOr("queue", "s", 60, conf.Between(0, 86400)),
		Tags:            tags,
		Security:        t.TextOr("security", ""),
		Certificate:     t.TextOr("certificate", ""),
		Key:             t.TextOr("key", ""),
		Thumbprint:      t.TextOr("thumbprint", ""),
		User:            t.TextOr("user", ""),
	}
	if t.Has("password") {
		var err error
		if c.Password, err = secret(t.Text("password")); err != nil {
			t.Fault("password", "%v", err)
		}
	}
	t.Close()
	return c
}

// secret fetches what where names. The errors never hold the text itself: it may be the secret.
func secret(where string) (string, error) {
	kind, name, _ := strings.Cut(where, ":")
	switch kind {
	case "env":
		if v, ok := os.LookupEnv(name); ok {
			return v, nil
		}
		return "", fmt.Errorf("environment variable %s is not set", name)
	case "file":
		b, err := os.ReadFile(name)
		return strings.TrimRight(string(b), "\r\n"), err
	}
	return "", errors.New(`needs "env:NAME" or "file:PATH", never the secret itself`)
}

// ready fills in what is not said and says all that is wrong.
func (c Config) ready() (Config, error) {
	if c.PublishInterval == 0 {
		c.PublishInterval = 250 * time.Millisecond
	}
	if c.Sampling == 0 {
		c.Sampling = time.Second
	}
	if c.QueueSeconds == 0 {
		c.QueueSeconds = 60
	}
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	address, err := url.Parse(c.Endpoint)
	if err != nil || address.Scheme != "opc.tcp" || address.Host == "" {
		fault("endpoint %q: needs opc.tcp://host:port", c.Endpoint)
	} else if c.Security == "" && loopback(address.Hostname()) {
		c.Security = None
	}
	if c.Namespace == "" {
		fault("namespace: needs the URI of the namespace of the tags, e.g. %q", "urn:plant")
	}
	if c.PublishInterval < 10*time.Millisecond || c.Sampling < 10*time.Millisecond || c.QueueSeconds < 0 || c.QueueSeconds > 86400 {
		fault("publish interval %v, sampling %v, queue %g s: need at least 10 ms, 10 ms, and 0 s to a day",
			c.PublishInterval, c.Sampling, c.QueueSeconds)
	}
	faults = append(faults, c.secure()...)
	if len(c.Tags) == 0 {
		fault("no tags")
	}
	seen := map[string]bool{}
	for _, tag := range c.Tags {
		if tag.ID == "" || seen[tag.ID] {
			fault("tag %q: needs an ID of its own", tag.ID)
		}
		seen[tag.ID] = true
		if _, err := nodeID(1, node(tag)); err != nil {
			fault("tag %s: %w", tag.ID, err)
		}
	}
	if len(faults) > 0 {
		return c, fmt.Errorf("opcua: %w", errors.Join(faults...))
	}
	return c, nil
}

// secure says what is wrong with the security asked for.
func (c Config) secure() (faults []error) {
	fault := func(text string) { faults = append(faults, errors.New(text)) }
	switch c.Security {
	case None:
		if c.User != "" || c.Password != "" {
			fault("security None: a password is only sent encrypted; needs Basic256Sha256")
		}
	case Basic256Sha256:
		if c.Certificate == "" || c.Key == "" {
			fault("security Basic256Sha256: needs the files of certificate and key")
		}
	case "":
		fault("security is not said: Basic256Sha256, or None for a connection that everyone can read and change")
	default:
		fault(fmt.Sprintf("security %q is not offered: Basic256Sha256 or None", c.Security))
	}
	return faults
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
