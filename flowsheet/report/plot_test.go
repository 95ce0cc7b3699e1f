package report

import (
	"bytes"
	"image/png"
	"math"
	"strings"
	"testing"
)

func chart() *Chart {
	return &Chart{Title: "water", X: "pH", Y: "dissolved, %", Range: [2]float64{0, 102},
		Curves: []Curve{{Name: "Al", X: []float64{3, 5, 9}, Y: []float64{100, 1, 40}}, {Name: "light REE", X: []float64{3, 9}, Y: []float64{100, 10}, Strong: true}}}
}

func TestChart(t *testing.T) {
	var svg, raster bytes.Buffer
	if err := chart().Write(&svg, "svg"); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"water", "pH", "dissolved, %", "light REE", ">100<", ">0<", ">9<"} {
		if !strings.Contains(svg.String(), text) {
			t.Errorf("the svg does not show %q", text)
		}
	}
	if err := chart().Write(&raster, "png"); err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(&raster)
	if err != nil {
		t.Fatal(err)
	}
	colours := map[[3]uint32]bool{}
	for x := range picture.Bounds().Dx() {
		for y := range picture.Bounds().Dy() {
			r, g, b, _ := picture.At(x, y).RGBA()
			colours[[3]uint32{r >> 8, g >> 8, b >> 8}] = true
		}
	}
	for _, c := range palette[:2] {
		if !colours[[3]uint32{uint32(c.R), uint32(c.G), uint32(c.B)}] {
			t.Errorf("no pixel has the colour %v of a curve", c)
		}
	}
}

func TestChartFaults(t *testing.T) {
	for name, spoil := range map[string]func(*Chart){
		"no point":      func(c *Chart) { c.Curves[0].X, c.Curves[0].Y = nil, nil },
		"unequal":       func(c *Chart) { c.Curves[1].Y = c.Curves[1].Y[:1] },
		"not a number":  func(c *Chart) { c.Curves[0].Y[1] = math.NaN() },
		"not of bounds": func(c *Chart) { c.Curves[0].X[1] = math.Inf(1) },
	} {
		c := chart()
		spoil(c)
		if err := c.Write(new(bytes.Buffer), "svg"); err == nil || !strings.Contains(err.Error(), "curve \"") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := chart().Write(new(bytes.Buffer), "gif"); err == nil || !strings.Contains(err.Error(), "svg or png") {
		t.Error(err)
	}
}
