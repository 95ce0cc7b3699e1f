// Package si reads quantities with their units at the edge of the program and
// turns them into SI base units (m, kg, s, K, mol, A) plus US dollars; inside,
// every number is SI.
//
//	SI = (value + Offset) * Factor
//
//	"100 gal"     0.3785411784 m3
//	"45 g/L"      45 kg/m3
//	"25 degC"     298.15 K
//	"8.3 J/mol/K" the same as "8.3 J/(mol K)"
//
// Units are products and quotients of names with an SI prefix and a whole
// exponent: "m3/m2/h", "m^3", "m³", "mol kg-1 s-1", "mg/L", "1/h". The
// separators are a blank, '*', '.', '·' and '/'. What follows a '/' is divided
// by up to the next '/'; since readers disagree about "J/mol K", it is refused.
//
// A degree Celsius or Fahrenheit is a point on a scale: it may only stand
// alone. Differences of temperature are written in K. "%", "ppm" and "ppb" are
// plain fractions; on what basis is for the reader of the number to say.
package si
