package sx

// jacobian adds ∂r/∂v at the point of the last residual to a matrix of zeros, row by row. solve.Newton takes it nowhere else.
func (k *run) jacobian(_, jac []float64) {
	n := k.n
	for i := range k.terms {
		if k.terms[i].constant {
			continue
		}
		for j := range n {
			k.column(i, j)
			k.accumulate(jac, i, j)
		}
	}
	for j := range n {
		h, b := k.h[j], k.ka2+k.h[j]
		row := jac[2*j*2*n : (2*j+2)*2*n]
		row[2*j] += h + k.s[j]*h*k.ka2/(b*b)
		row[2*n+2*j+1] += k.c[j]
		scaleBy(row[:2*n], 1/k.sumA[j])
		scaleBy(row[2*n:], 1/k.sumO[j])
	}
}

func scaleBy(x []float64, f float64) {
	for i := range x {
		x[i] *= f
	}
}

// column writes dx/dln D_j of metal i to w. The right side of the balance changes by −(O + R Vo) y_j in stage j and by
// +O y_j in stage j−1; eliminated, the first is again a sum.
func (k *run) column(i, j int) {
	n, d := k.n, k.data
	O, ro := d[flowO], d[rate]*d[holdO]
	D, g, keep := k.D[i*n:(i+1)*n], k.g[i*n:(i+1)*n], k.keep[i*n:(i+1)*n]
	y, w := k.y[i*n+j], k.w
	share := 1.0
	if j > 0 {
		share = k.loss[i*n+j-1]
	}
	w[j] = -y * (ro + O*share)
	for a := j + 1; a < n; a++ {
		w[a] = w[a-1] * keep[a-1]
	}
	w[n-1] *= g[n-1]
	for a := n - 2; a >= j; a-- {
		w[a] = (w[a] + O*(D[a+1]*w[a+1])) * g[a]
	}
	if j > 0 {
		w[j-1] = O * (y + D[j]*w[j]) * g[j-1]
	}
	for a := j - 2; a >= 0; a-- {
		w[a] = O * (D[a+1] * w[a+1]) * g[a]
	}
}

// accumulate adds what column (i, j) does to the sums of all stages.
func (k *run) accumulate(jac []float64, i, j int) {
	n := k.n
	z, sh, sc := k.terms[i].z, k.sh[i*n+j], k.sc[i*n+j]
	D := k.D[i*n : (i+1)*n]
	stride := 2 * n
	p := 2 * j
	for a, w := range k.w {
		t := z * w
		jac[p] += t * sh
		jac[p+1] += t * sc
		p += stride
		u := D[a] * t
		if a == j {
			u += z * k.y[i*n+j]
		}
		jac[p] += u * sh
		jac[p+1] += u * sc
		p += stride
	}
}
