package pyromet

import "math"

// tube is the decrepitation furnace of PrOMMiS: a tube in four shells. All numbers come from data/furnaces.toml.
type tube struct {
	wall, density, fill, room, film float64 // K, kg/m3, 1, K, W/(m2 K)
	shells                          [4]shell
	sheet                           [2]struct{ mass, volume float64 } // of insulation: one sheet, kg and m3
}

// shell is a layer: from the face before it to its own.
type shell struct{ conductivity, face, heatCapacity, density float64 } // W/(m K), K, J/(kg K), kg/m3

// sized is a furnace for a charge.
type sized struct {
	radius, length, loss, stored float64 // m, m, W, J
	inner                        float64 // K, inner face of the first insulation
	thickness                    [4]float64
}

const (
	roomTemperature = 298.15         // K
	boltzmann       = 5.670374419e-8 // Stefan's, W/(m2 K4)
)

// readTube takes the furnace's constants.
func readTube(f *furnace) (t tube) {
	value := func(name string) float64 { return f.constant("hydrogen_decrepitation."+name, true).Value }
	t.wall, t.density, t.fill, t.film = value("wall_temperature"), value("bulk_density"), value("chamber_over_sample"), value("film")
	t.room = roomTemperature
	for k, n := range []string{"1", "2", "3", "4"} {
		t.shells[k] = shell{conductivity: value("conductivity_" + n), face: value("face_" + n), heatCapacity: value("heat_capacity_" + n)}
	}
	t.shells[1].density, t.shells[3].density = value("density_2"), value("density_4")
	t.sheet[0].mass, t.sheet[0].volume = value("sheet_mass_1"), value("sheet_volume_1")
	t.sheet[1].mass, t.sheet[1].volume = value("sheet_mass_3"), value("sheet_volume_3")
	return t
}

// size finds the furnace for a charge, kg. The loss q is where radiation from the wall, conduction through the shells and convection agree:
// with more of it shells get thinner and the outside smaller, so that there is one.
func (t *tube) size(charge float64) (s sized) {
	s.radius = math.Cbrt(t.fill * charge / t.density / (6 * math.Pi))
	s.length = 6 * s.radius
	open := 0.5 * 2 * math.Pi * s.radius * s.length * boltzmann
	inner := func(q float64) float64 { return math.Sqrt(math.Sqrt(math.Pow(t.wall, 4) - q/open)) }
	last := t.shells[3].face
	over := func(q float64) float64 { // ln of convection over q
		ln := math.Log(s.radius)
		from := inner(q)
		for _, k := range t.shells {
			ln += 2 * math.Pi * k.conductivity * s.length * (from - k.face) / q
			from = k.face
		}
		return ln + math.Log(t.film*2*math.Pi*s.length*(last-t.room)/q)
	}
	hi := open * (math.Pow(t.wall, 4) - math.Pow(t.shells[0].face, 4))
	lo := 1e-9 * hi
	for range 200 {
		if mid := math.Sqrt(lo * hi); over(mid) > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	s.loss = math.Sqrt(lo * hi)
	s.inner = inner(s.loss)
	in, from := s.radius, s.inner
	for k, layer := range t.shells {
		out := in * math.Exp(2*math.Pi*layer.conductivity*s.length*(from-layer.face)/s.loss)
		s.thickness[k] = out - in
		mass := math.Pi * s.length * (out*out - in*in)
		if k%2 == 0 { // insulation comes in sheets, one at least
			sheet := t.sheet[k/2]
			mass = sheet.mass * smoothMax(1, mass/sheet.volume)
		} else {
			mass *= layer.density
		}
		hot := t.wall
		if k > 0 {
			hot = t.shells[k-1].face
		}
		s.stored += mass * layer.heatCapacity * (hot - t.room)
		in, from = out, layer.face
	}
	return s
}

// smoothMax is the larger of two numbers, rounded at the corner.
func smoothMax(a, b float64) float64 { return (a + b + math.Sqrt((a-b)*(a-b)+1e-8)) / 2 }
