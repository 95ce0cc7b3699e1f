package influx

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"reetwin/flowsheet/conf"
)

func TestToken(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return "file:" + path
	}
	t.Setenv("REETWIN_TEST_TOKEN", "from-env")
	t.Setenv("REETWIN_TEST_EMPTY", " ")
	for _, c := range []struct{ ref, want, fault string }{
		{"", "", ""},
		{"env:REETWIN_TEST_TOKEN", "from-env", ""},
		{file("token", " from-file\n"), "from-file", ""},
		{"env:REETWIN_TEST_EMPTY", "", "is empty"},
		{"env:REETWIN_TEST_MISSING", "", "is empty"},
		{file("empty", "\n"), "", "is empty"},
		{file("two", "a\nb\n"), "", "more than one line"},
		{"file:" + filepath.Join(dir, "missing"), "", "no such file"},
		{"s3cret==", "", "needs env:NAME or file:PATH"},
		{"cmd:s3cret", "", "needs env:NAME or file:PATH"},
		{"env:", "", "needs env:NAME or file:PATH"},
	} {
		got, err := Token(c.ref)
		switch {
		case got != c.want:
			t.Errorf("%q: %q, not %q", c.ref, got, c.want)
		case (err != nil) != (c.fault != "") || err != nil && !strings.Contains(err.Error(), c.fault):
			t.Errorf("%q: %v, not %q", c.ref, err, c.fault)
		case err != nil && strings.Contains(err.Error(), "s3cret"):
			t.Errorf("%v tells the secret", err)
		}
	}
}

func TestRead(t *testing.T) {
	tree, err := conf.Parse("plant.toml", []byte(`
[influx]
url = "http://127.0.0.1:8086"
org = "plant"
bucket = "twin"
token = "env:INFLUX_TOKEN"
batch = 1000
timeout = "5 s"`))
	if err != nil {
		t.Fatal(err)
	}
	got := Read(tree.Root().Table("influx"))
	want := Config{URL: "http://127.0.0.1:8086", Org: "plant", Bucket: "twin", Token: "env:INFLUX_TOKEN", Batch: 1000, Timeout: 5 * time.Second}
	if got != want || tree.Err() != nil {
		t.Errorf("%+v, %v", got, tree.Err())
	}

	tree, err = conf.Parse("plant.toml", []byte("[influx]\nurl = \"http://me:s3cret@host\"\ntoken = \"s3cret\"\ntimeout = \"5 kg\"\nbatches = 3"))
	if err != nil {
		t.Fatal(err)
	}
	Read(tree.Root().Table("influx"))
	faults := tree.Err()
	for _, want := range []string{"influx.url: no user", "influx.token: token: needs env:NAME", "influx.timeout:", "influx.bucket: missing", "\"batches\""} {
		if faults == nil || !strings.Contains(faults.Error(), want) {
			t.Errorf("no fault %q in\n%v", want, faults)
		}
	}
	if strings.Contains(faults.Error(), "s3cret") {
		t.Errorf("%v tells the secret", faults)
	}
}
