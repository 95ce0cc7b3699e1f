package influx

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"reetwin/flowsheet/conf"
)

// Config says where to write.
type Config struct {
	URL     string        // of the server, e.g. "http://127.0.0.1:8086"
	Org     string        // organization; of no matter to InfluxDB 1.8
	Bucket  string        // bucket; in InfluxDB 1.8 a data base, or "data base/retention policy"
	Token   string        // where its token is kept: "env:NAME" or "file:PATH"; "" without one
	Site    string        // tag of every point measured; a frame has its own
	Batch   int           // lines per request; 0 for 5000
	Timeout time.Duration // of a request; 0 for 10 s
}

const (
	usualBatch   = 5000
	usualTimeout = 10 * time.Second
)

// Read reads a table [influx]: url, org, bucket, token, batch, timeout. Its faults are collected in the tree. The site
// is not in it.
func Read(t *conf.Table) Config {
	c := Config{
		URL: t.Text("url"), Org: t.TextOr("org", ""), Bucket: t.Text("bucket"), Token: t.TextOr("token", ""),
		Batch:   t.IntOr("batch", usualBatch, 1, 100000),
		Timeout: time.Duration(t.QuantityOr("timeout", "s", usualTimeout.Seconds(), conf.Between(0.1, 300)) * float64(time.Second)),
	}
	if err := checkURL(c.URL); err != nil && !t.Faulty("url") {
		t.Fault("url", "%v", err)
	}
	if _, _, err := cutReference(c.Token); err != nil && !t.Faulty("token") {
		t.Fault("token", "%v", err)
	}
	t.Close()
	return c
}

func checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("no URL; needs e.g. \"http://127.0.0.1:8086\"") // err would repeat a password in it
	case u.User != nil:
		return errors.New("no user or password in a URL; put USER:PASSWORD where the token refers to")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("%q: needs e.g. \"http://127.0.0.1:8086\"", text)
	case u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("%q: no query and no fragment in the URL of a server", text)
	}
	return nil
}

// Token reads a secret from where ref says that it is kept: "env:NAME" or "file:PATH" (blanks around it are cut off).
// No reference is no token. A literal is refused, and never repeated in the error.
func Token(ref string) (string, error) {
	where, name, err := cutReference(ref)
	if err != nil || where == "" {
		return "", err
	}
	var secret string
	if where == "env" {
		secret = os.Getenv(name)
	} else {
		text, err := os.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("token: %w", err)
		}
		secret = string(text)
	}
	secret = strings.TrimSpace(secret)
	if secret == "" {
		return "", fmt.Errorf("token: %s is empty", ref)
	}
	if strings.ContainsFunc(secret, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", fmt.Errorf("token: %s has more than one line, or a control character", ref)
	}
	return secret, nil
}

func cutReference(ref string) (where, name string, err error) {
	if ref == "" {
		return "", "", nil
	}
	where, name, _ = strings.Cut(ref, ":")
	if where != "env" && where != "file" || name == "" {
		return "", "", errors.New("token: needs env:NAME or file:PATH; the secret itself does not belong here")
	}
	return where, name, nil
}
