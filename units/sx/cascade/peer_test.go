//go:build linux

package cascade

import (
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Against SUNDIALS: make bench-sx builds testdata/peer and runs these tests. Both sides keep their objects and symbolic
// factors; each figure is the best of many repetitions, ours and the peer's in turn, in processor time of one thread, which a
// busy machine leaves nearly alone.
var peerFlag = flag.String("peer", "", "folder of the programs kinsol and ida; without it the comparison is left out")

func peer(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	out, err := exec.Command(filepath.Join(*peerFlag, name), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
	return out
}

// peerCase is a case as the peers read it.
type peerCase struct{ strings.Builder }

func (p *peerCase) add(name string, v ...float64) {
	fmt.Fprintf(p, "%s %d", name, len(v))
	for _, x := range v {
		fmt.Fprintf(p, " %.17g", x)
	}
	p.WriteString("\n")
}

func (p *peerCase) write(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "case.txt")
	if err := os.WriteFile(path, []byte(p.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// shape writes the problem itself: flows of every stage as the benchmark has them, constants and feeds.
func (p *peerCase) shape(c *Circuit, chem *Chemistry) {
	n := c.stages()
	var aq, aqIn, org, feed, lnk, z []float64
	for s := range c.Sections {
		for j := range c.Sections[s].Stages {
			last := j+1 == c.Sections[s].Stages
			flow, arrives := c.Sections[s].Flow, c.Sections[s].Flow
			if s == 0 {
				flow += c.Sections[1].Flow
				arrives = flow
			}
			if last {
				arrives = 0
				if s == 0 {
					arrives = c.Sections[1].Flow
				}
			}
			aq, aqIn, org = append(aq, flow), append(aqIn, arrives), append(org, c.Organic)
			for _, x := range c.Sections[s].X {
				if !last {
					x = 0
				}
				feed = append(feed, c.Sections[s].Flow*x)
			}
		}
	}
	for _, q := range chem.Cations {
		lnk, z = append(lnk, q.LnK), append(z, q.Z)
	}
	// Fresh organic is clean; the soap of it and of what returns is the first stage's.
	fresh := c.Bleed * c.Organic * c.Capacity
	feed[chem.Hydrogen] += fresh * (1 - c.Soap)
	feed[chem.Soap] += fresh * c.Soap
	p.add("shape", float64(n), float64(chem.Soap), float64(chem.Hydrogen), c.Capacity, 1-c.Bleed, c.Soap)
	p.add("aq", aq...)
	p.add("aq_in", aqIn...)
	p.add("org", org...)
	p.add("org_in", org...)
	p.add("feed", feed...)
	p.add("lnk", lnk...)
	p.add("z", z...)
}

// best is the least of many times of f, in ms.
func best(span time.Duration, f func()) float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	least := math.Inf(1)
	for begin := time.Now(); time.Since(begin) < span; {
		at := processor(unix.CLOCK_THREAD_CPUTIME_ID)
		f()
		least = min(least, processor(unix.CLOCK_THREAD_CPUTIME_ID)-at)
	}
	return 1e3 * least
}

// processor is the processor time of this thread or process, s.
func processor(clock int32) float64 {
	var t unix.Timespec
	unix.ClockGettime(clock, &t)
	return time.Duration(t.Nano()).Seconds()
}

// Warm from the solution for 5 % less of every metal, to 1e-9: KINSOL in eight settings, of which the best that arrives counts.
func TestPeerSteady(t *testing.T) {
	if *peerFlag == "" {
		t.Skip("make bench-sx runs this")
	}
	b := readSX1(t)
	for _, cell := range []struct {
		variant string
		n       int
		target  float64
	}{{"open", 30, 0}, {"open", 100, 0}, {"closed", 10, 0}, {"closed", 30, 10}, {"closed", 60, 0}, {"closed", 100, 4}} {
		c, chem := b.circuit(cell.n, cell.variant), b.chemistry()
		k, err := New(chem, c)
		if err != nil {
			t.Fatal(err)
		}
		p := new(peerCase)
		p.shape(c, chem)
		if _, err := k.Solve(c, 1e-12, true); err != nil {
			t.Fatal(err)
		}
		p.add("solution", k.v...)
		less := clone(c)
		for i := range sodium {
			less.Sections[0].X[i] *= 0.95
		}
		if _, err := k.Solve(less, 1e-12, true); err != nil {
			t.Fatal(err)
		}
		start := append([]float64(nil), k.v...)
		var logs []float64
		for j := range k.n {
			for _, x := range k.Aqueous(j) {
				logs = append(logs, math.Log(max(x, 1e-290)))
			}
			logs = append(logs, start[j])
		}
		p.add("start", logs...)
		path := p.write(t)

		ours, theirs, setting, worst := math.Inf(1), math.Inf(1), "", 0.0
		var res Result
		for range 3 {
			ours = min(ours, best(200*time.Millisecond, func() {
				copy(k.v, start)
				if res, err = k.Solve(c, 1e-9, false); err != nil || res.Path != Warm {
					t.Fatal(res, err)
				}
			}))
			for _, form := range []string{"log", "linear"} {
				for _, strategy := range []string{"newton", "search"} {
					for _, setups := range []string{"1", "10"} {
						var code, steps int
						var ms, off float64
						fmt.Sscan(string(peer(t, "kinsol", path, form, strategy, setups, "10")), &code, &ms, &steps, &off)
						if code >= 0 && off < 1e-5 && ms < theirs {
							theirs, worst = ms, off
							setting = fmt.Sprintf("%s balances, %s, factors for %s, %d steps", form, strategy, setups, steps)
						}
					}
				}
			}
		}
		fmt.Printf("steady %-6s N=%-3d  ours %7.3f ms, %d factored, %d evaluations   KINSOL+KLU %7.3f ms (%s)   ratio %5.1f%s   ln r within %.0e\n",
			cell.variant, cell.n, ours, res.Count.Jacobians, res.Count.Evaluations, theirs, setting, theirs/ours, against(cell.target, theirs/ours), worst)
	}
}

func against(target, got float64) string {
	switch {
	case target == 0:
		return ""
	case got >= target:
		return fmt.Sprintf(" (target %g: met)", target)
	}
	return fmt.Sprintf(" (target %g: MISSED)", target)
}

// A day after a step of feed and strip acid, N = 30 closed: time over achieved error. IDA's time at our error is read off
// the straight line, in logarithms, between its two nearest runs.
func TestPeerTime(t *testing.T) {
	if *peerFlag == "" {
		t.Skip("make bench-sx runs this")
	}
	b := readSX1(t)
	c, chem := b.circuit(30, "closed"), b.chemistry()
	k, err := New(chem, c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Solve(c, 1e-12, true); err != nil {
		t.Fatal(err)
	}
	start := append([]float64(nil), k.v...)
	p, v := new(peerCase), vesselsOf(k)
	p.shape(disturb(c), chem)
	p.add("solution", k.v...)
	p.add("mixer_aq", v.MixerA...)
	p.add("mixer_org", v.MixerO...)
	p.add("settler_aq", v.SettlerA...)
	p.add("settler_org", v.SettlerO...)
	now := NewIntegrator(k, v, 1e-9).Contents()
	p.add("mixer", now.Mixer...)
	p.add("layer_aq", now.Aqueous...)
	p.add("layer_org", now.Organic...)
	p.add("times", dayTimes...)
	p.add("outlets", 0, float64(c.Sections[0].Stages+c.Sections[1].Stages), float64(k.n-1), float64(c.Sections[0].Stages-1))
	path := p.write(t)

	run := func(rtol float64) (s *Integrator, rows [][]float64) {
		copy(k.v, start)
		if _, err := k.Solve(c, 1e-12, false); err != nil {
			t.Fatal(err)
		}
		return profile(t, k, c, rtol, dayTimes)
	}
	_, reference := run(1e-10)
	off := func(rows [][]float64) (worst float64) {
		for q, row := range rows {
			for i, x := range row {
				worst = max(worst, math.Abs(x-reference[q][i])/(1e-5+math.Abs(reference[q][i])))
			}
		}
		return worst
	}
	type run1 struct{ rtol, ms, off float64 }
	var theirs []run1
	for _, rtol := range []float64{1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 1e-7, 1e-8, 1e-9} {
		at := run1{rtol: rtol, ms: math.Inf(1)}
		for range 3 {
			text := strings.NewReader(string(peer(t, "ida", path, fmt.Sprint(rtol), "3")))
			var code, steps, factored int
			var ms float64
			fmt.Fscan(text, &code, &ms, &steps, &factored)
			rows := make([][]float64, len(dayTimes))
			for q := range rows {
				rows[q] = make([]float64, 4*k.c)
				for i := range rows[q] {
					fmt.Fscan(text, &rows[q][i])
				}
			}
			at.ms, at.off = min(at.ms, ms), off(rows)
		}
		fmt.Printf("time   IDA+KLU rtol %.0e  %7.2f ms, error %.1e\n", rtol, at.ms, at.off)
		theirs = append(theirs, at)
	}
	if last := theirs[len(theirs)-1]; !(last.off < 1e-6) {
		t.Errorf("IDA at rtol %.0e differs by %.2g from our reference", last.rtol, last.off)
	}
	at := func(off float64) float64 { // IDA's time for this error
		for q := 1; q < len(theirs); q++ {
			if a, b := theirs[q-1], theirs[q]; b.off <= off || q == len(theirs)-1 {
				w := math.Log(a.off/off) / math.Log(a.off/b.off)
				return a.ms * math.Pow(b.ms/a.ms, max(0, w))
			}
		}
		return math.NaN()
	}
	for _, row := range []struct{ rtol, target float64 }{{1e-3, 4}, {3e-4, 4}, {1e-4, 4}, {1e-5, 0}, {1e-6, 2}} {
		var s *Integrator
		var rows [][]float64
		ms := best(400*time.Millisecond, func() { s, rows = run(row.rtol) })
		error := off(rows)
		fmt.Printf("time   ours    rtol %.0e  %7.2f ms, error %.1e, %d steps   IDA+KLU at that error %7.2f ms   ratio %5.1f%s\n",
			row.rtol, ms, error, s.Taken, at(error), at(error)/ms, against(row.target, at(error)/ms))
	}
}

// 10,000 cases at N = 30: wall and processor time of this process, which tell how busy the machine was.
func BenchmarkEnsemble(b *testing.B) {
	s := readSX1(b)
	for _, kind := range []string{"", "a", "b", "c", "d"} {
		for _, constants := range []bool{false, true} {
			e := s.ensemble(kind, 30, constants)
			name := kind
			if kind == "" {
				name = "ideal"
			}
			if name += "/flows"; constants {
				name += "AndConstants"
			}
			b.Run(name, func(b *testing.B) {
				begin := processor(unix.CLOCK_PROCESS_CPUTIME_ID)
				var paths map[Path]int
				for b.Loop() {
					paths = e.run(b, 10000, 314159, nil)
				}
				b.ReportMetric((processor(unix.CLOCK_PROCESS_CPUTIME_ID)-begin)/float64(b.N), "cpu-s/op")
				b.ReportMetric(float64(10000-paths[Anchored]), "fallbacks")
			})
		}
	}
}
