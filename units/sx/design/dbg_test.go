package design

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

func TestDbg(t *testing.T) {
	want, _ := strconv.Atoi(os.Getenv("CASE"))
	seed, _ := strconv.Atoi(os.Getenv("SEED"))
	r := rand.New(rand.NewPCG(uint64(seed), 5))
	for range want {
		randomSpec(r)
	}
	text := randomSpec(r)
	os.WriteFile("/tmp/case.toml", []byte(text), 0o644)
	s, err := Parse("x.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.newPlan(&s.Cuts[0], s.Feed.Flow, s.Feed.Tenor)
	if err != nil {
		t.Fatal(err)
	}
	tr, h, q, st := p.start()
	fmt.Printf("%+v\n%+v\n%+v\nfewest %v of %d\n", q, st, tr, p.fewest(), p.total)
	_ = h
}

func TestDbgSolve(t *testing.T) {
	s, err := Read("/tmp/case.toml")
	if err != nil {
		t.Fatal(err)
	}
	p, _ := s.newPlan(&s.Cuts[0], s.Feed.Flow, s.Feed.Tenor)
	tr, h, _, _ := p.start()
	all := p.starts(tr)
	p.limit = 1e99
	fmt.Printf("%+v\n", all)
	for _, st := range all[1][:1] {
		o := p.operate(st, h, 1e99)
		show(p, o)
		for _, q := range steps {
			for range 10 {
				b := o
				o = p.poll(o, q.whole, q.part, 1)
				show(p, o)
				if o == b {
					break
				}
			}
		}
	}
}

func show(p *plan, o *outcome) {
	if o.state == nil {
		fmt.Println("none", o.fault, o.handle)
		return
	}
	fmt.Printf("solves %d work %.3g miss %.3g beyond %.3g %s cost %.5g at %+v reflux %.3g load %.3f ratio %.3g residual %.3g\n", p.solves, p.work, o.miss, o.beyond, o.worst, o.cost*3600, o.at, o.reflux, o.loading, o.ratio, o.residual)
}
