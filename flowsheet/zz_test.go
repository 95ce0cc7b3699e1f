package flowsheet_test
import ("testing";"math/rand/v2")
func TestZZ(t *testing.T){
	r := rand.New(rand.NewPCG(20261123, 3))
	for i := range 500 {
		sets := randomCase(r)
		if i!=6 && i!=59 && i != 454 {continue}
		p := uky(t, sets...)
		t.Log(sets)
		t.Log(p.Solve())
		v,_:=p.Unit("rougher_scrub")
		for i,s:= range v.Spec.States { t.Log(s.Name, v.X[i], s.Start) }
	}
}
