package thermo_test

import (
	"fmt"
	"log"

	"reetwin/flowsheet/chem/thermo"
)

// The voltage at which Nd2O3 decomposes to neodymium and CO2 at 1050 °C.
func Example() {
	lib, err := thermo.Load()
	if err != nil {
		log.Fatal(err)
	}
	r, err := lib.Parse("Nd2O3 + 1.5 C = 2 Nd + 1.5 CO2")
	if err != nil {
		log.Fatal(err)
	}
	v := r.NewValues()
	r.At(1323.15, v)
	n, how, err := r.Electrons()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("ΔG %.0f ± %.0f kJ, %s, E° %.2f V for %g electrons (%s)\n", v.G/1000, v.UG/1000, v.Forms[3].Name(), v.E(n), n, how)
	// Output: ΔG 841 ± 13 kJ, CO2(g), E° -1.45 V for 6 electrons (C +0 to +4, Nd +3 to +0)
}

func ExampleLibrary_Parse() {
	lib, err := thermo.Load()
	if err != nil {
		log.Fatal(err)
	}
	_, err = lib.Parse("Nd2O3 + Ca = Nd + CaO")
	fmt.Println(err)
	// Output: Nd2O3 + Ca = Nd + CaO is not balanced: Nd 2 left, 1 right; O 3 left, 1 right
}

// A charge of DyF3 with 10 % excess calcium, preheated to 1100 K, stops where dysprosium melts.
func ExampleReaction_Adiabatic() {
	lib, err := thermo.Load()
	if err != nil {
		log.Fatal(err)
	}
	r, err := lib.Parse("2 DyF3 + 3.3 Ca = 2 Dy + 3 CaF2 + 0.3 Ca")
	if err != nil {
		log.Fatal(err)
	}
	a, err := r.Adiabatic(1100)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.0f K, %.0f %% of the way to %s\n", a.T, 100*a.Share, a.Turning[0].Name())
	// Output: 1685 K, 83 % of the way to Dy(l)
}
