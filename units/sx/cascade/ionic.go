package cascade

import "math"

// Ionic makes the ionic strength of the aqueous one more unknown of every stage, to which constants that stand at none are carried:
//
//	I = Σ z² c / (2 u0),   u0 = Chemistry.Reference: bisulfate and complexes as they are, all else dissociated
//	ln K(I) = ln K + Δz² f(I),   Δz² of a cation's exchange its Cation.Ionic, of a complex with n ligands z² + n zL² − (z + n zL)²
type Ionic struct {
	Exchange, Complexes Activity  // nil leaves those constants as they are
	Charge              []float64 // of ligands, then solutes, in the order of Section.Ligands
}

// Activity is f(I), and its derivative after ln I.
type Activity func(I float64) (f, slope float64)

// ionicSpace is what the ionic strength adds to the linearised model.
type ionicSpace struct {
	exchange, complexes [2][]float64 // [n] f and its slope
	own                 [][]float64  // [ligand][n·2c] β at the ionic strength of each stage
	square              []float64    // [n·c] z² of a cation, mean of its forms
	stir                []float64    // [n·c] ∂ln α/∂ln I
	ionLigand           [][]float64  // [ligand][n] ∂g/∂ln I, g the balance of the ligand
	ionPull             [][]float64  // [ligand][n] ∂ln I/∂ln s
	ionSelf             []float64    // [n] ∂ of its own residual
	strength            []float64    // [n] I that the contents make
}

func newIonicSpace(n int, m *model) (s ionicSpace) {
	if m.Ionic == nil {
		return s
	}
	row := func(size int) []float64 { return make([]float64, size) }
	s.exchange, s.complexes = [2][]float64{row(n), row(n)}, [2][]float64{row(n), row(n)}
	s.square, s.stir, s.ionSelf, s.strength = row(n*m.c), row(n*m.c), row(n), row(n)
	for range m.beta {
		s.own, s.ionLigand, s.ionPull = append(s.own, row(2*n*m.c)), append(s.ionLigand, row(n)), append(s.ionPull, row(n))
	}
	return s
}

// change2 is Δz² of a complex of cation i with n of ligand l.
func (m *model) change2(i, l int, n float64) float64 {
	z, q := m.z[i], m.Ionic.Charge[l]
	return z*z + n*q*q - (z+n*q)*(z+n*q)
}

// betas are the constants of the complexes with ligand l in stage j, first and second.
func (k *Cascade) betas(l, j int) (one, two []float64) {
	b, c := k.m.beta[l], k.c
	if k.m.Ionic != nil {
		b = k.own[l][2*j*c : 2*(j+1)*c]
	}
	return b[:c:c], b[c : 2*c : 2*c]
}

// carry finds the activities of every stage, and the constants of its complexes.
func (k *Cascade) carry(v []float64) {
	m, c := k.m, k.c
	q := m.Ionic
	for j, w := range k.scalar(v, m.atIon) {
		I := math.Exp(w)
		if q.Exchange != nil {
			k.exchange[0][j], k.exchange[1][j] = q.Exchange(I)
		}
		if q.Complexes != nil {
			k.complexes[0][j], k.complexes[1][j] = q.Complexes(I)
		}
		f := k.complexes[0][j]
		for l, b := range m.beta {
			own := k.own[l][2*j*c : 2*(j+1)*c]
			for i := range c {
				own[i], own[c+i] = b[i], b[c+i]
				if b[i] > 0 {
					own[i] *= math.Exp(m.change2(i, l, 1) * f)
				}
				if b[c+i] > 0 {
					own[c+i] *= math.Exp(m.change2(i, l, 2) * f)
				}
			}
		}
	}
}

// ionicResidual is ln I less that of what stage j holds.
func (k *Cascade) ionicResidual(v []float64, j int) float64 {
	m, c := k.m, k.c
	sum := 0.0
	for i, x := range k.x[j*c : (j+1)*c] {
		z := m.z[i]
		t, all := z*z, 1.0
		for l := range m.beta {
			q, s := m.Ionic.Charge[l], k.free[l][j]
			one, two := k.betas(l, j)
			a, b := one[i]*s, two[i]*s*s
			t, all = t+a*(z+q)*(z+q)+b*(z+2*q)*(z+2*q), all+a+b
		}
		k.square[j*c+i] = t / all
		sum += x * t / all
	}
	for l, q := range m.Ionic.Charge {
		if l < len(m.beta) {
			sum += q * q * k.free[l][j]
		} else {
			sum += q * q * k.ligandTotal[l][j]
		}
	}
	if k.ions > 0 {
		sum += k.hydroxide[j]
	}
	k.strength[j] = max(sum/2/m.reference(), leastIonic)
	return k.scalar(v, m.atIon)[j] - math.Log(k.strength[j])
}

// Bounds of the ionic strength over u0.
const leastIonic, mostIonic = 1e-9, 1e3

// lineariseIonic prepares the derivatives of stage j after ln I, and those of I. alpha has been written for all ligands.
func (k *Cascade) lineariseIonic(j int) {
	m, c := k.m, k.c
	hs := k.complexes[1][j]
	per := 1 / (2 * m.reference() * k.strength[j])
	self := 0.0
	for l := range m.beta {
		q := m.Ionic.Charge[l]
		k.ionLigand[l][j], k.ionPull[l][j] = 0, per*q*q*k.free[l][j]
	}
	for i, x := range k.x[j*c : (j+1)*c] {
		o, z := j*c+i, m.z[i]
		stir, bent := 0.0, 0.0 // ∂ln α, and of the squares' sum over α, after ln I
		for l := range m.beta {
			q, s := m.Ionic.Charge[l], k.free[l][j]
			one, two := k.betas(l, j)
			a, b := one[i]*s*k.side[o], two[i]*s*s*k.side[o]
			da, db := hs*m.change2(i, l, 1)*a, hs*m.change2(i, l, 2)*b
			z1, z2 := (z+q)*(z+q), (z+2*q)*(z+2*q)
			stir += da + db
			bent += da*z1 + db*z2
			k.ionLigand[l][j] += x * (da + 2*db)
			k.ionPull[l][j] += per * x * (a*z1 + 2*b*z2 - k.square[o]*k.alpha[l][o])
		}
		k.stir[o] = stir
		self += x * (bent - k.square[o]*stir)
		for l := range m.beta {
			k.ionLigand[l][j] -= x * k.alpha[l][o] * stir
		}
	}
	for l := range m.beta {
		total := k.free[l][j]
		for i, x := range k.x[j*c : (j+1)*c] {
			total += x * k.alpha[l][j*c+i]
		}
		k.ionLigand[l][j] /= total
	}
	k.ionSelf[j] = 1 - per*self
}

// ionicChange is the change of stage j's residual for dx and dv.
func (k *Cascade) ionicChange(dv, dx []float64, j int) float64 {
	m, c := k.m, k.c
	d := k.ionSelf[j]*k.scalar(dv, m.atIon)[j] - dot(k.square[j*c:(j+1)*c], dx)/(2*m.reference()*k.strength[j])
	if k.ions > 0 {
		d -= k.hydroxide[j] * (dv[j] - k.scalar(dv, m.atFree)[j]) / (2 * m.reference() * k.strength[j])
	}
	for l := range m.beta {
		d -= k.ionPull[l][j] * k.scalar(dv, m.atLigand+l)[j]
	}
	return d
}

// usualIonic is the ionic strength that stage j is first taken at: metals as if they were of charge 1.
func (k *Cascade) usualIonic(j int) float64 {
	sum := 0.0
	for l, q := range k.m.Ionic.Charge {
		q = math.Abs(q)
		sum += (q*q + q) / 2 * k.ligandTotal[l][j]
	}
	return max(sum/k.m.reference(), 1e-3)
}

// IonicStrength is that of stage j over u0, where it is an unknown.
func (k *Cascade) IonicStrength(j int) float64 { return math.Exp(k.scalar(k.v, k.m.atIon)[j]) }

// force adds what a change of solute l by stages does to the ionic strength to the right side of a tangent.
func (k *Cascade) force(l int, change []float64) {
	if q := k.m.Ionic; q != nil {
		rhs := k.scalar(k.rhs, k.m.atIon)
		for j, d := range change {
			rhs[j] += q.Charge[l] * q.Charge[l] * d / (2 * k.m.reference() * k.strength[j])
		}
	}
}
