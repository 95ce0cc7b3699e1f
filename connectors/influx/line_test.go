package influx

import (
	"fmt"
	"strconv"
	"strings"
)

// point is a line read back.
type point struct {
	measurement string
	tags        map[string]string
	fields      map[string]float64
	ms          int64
}

// parse reads lines as the line protocol reference describes them: a backslash before a comma, an equals sign or a blank
// stands for that character, and a number without a suffix is a float.
func parse(text string) ([]point, error) {
	var points []point
	for _, line := range strings.SplitAfter(text, "\n") {
		if line == "" {
			break
		}
		body, ok := strings.CutSuffix(line, "\n")
		if !ok {
			return nil, fmt.Errorf("%q does not end", line)
		}
		parts := split(body, ' ')
		if len(parts) != 3 {
			return nil, fmt.Errorf("%q has %d parts", line, len(parts))
		}
		key := split(parts[0], ',')
		p := point{measurement: unescape(key[0]), tags: map[string]string{}, fields: map[string]float64{}}
		last := ""
		for _, tag := range key[1:] {
			kv := split(tag, '=')
			if len(kv) != 2 || kv[0] <= last || kv[1] == "" {
				return nil, fmt.Errorf("tag %q after %q in %q", tag, last, line)
			}
			last = kv[0]
			p.tags[kv[0]] = unescape(kv[1])
		}
		for _, field := range split(parts[1], ',') {
			kv := split(field, '=')
			if len(kv) != 2 || strings.ContainsAny(kv[1], "niNIxX_p") {
				return nil, fmt.Errorf("field %q in %q", field, line)
			}
			v, err := strconv.ParseFloat(kv[1], 64)
			if err != nil {
				return nil, err
			}
			p.fields[kv[0]] = v
		}
		ms, err := strconv.ParseInt(parts[2], 10, 64)
		if err != nil {
			return nil, err
		}
		p.ms = ms
		points = append(points, p)
	}
	return points, nil
}

// split cuts at every separator that no backslash stands before.
func split(s string, at byte) []string {
	var parts []string
	from := 0
	for i := range len(s) {
		if s[i] == at && (i == 0 || s[i-1] != '\\') {
			parts, from = append(parts, s[from:i]), i+1
		}
	}
	return append(parts, s[from:])
}

var unescape = strings.NewReplacer(`\,`, `,`, `\=`, `=`, `\ `, ` `).Replace
