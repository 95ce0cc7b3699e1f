package sx

import (
	"errors"
	"path/filepath"
	"strings"

	"reetwin/flowsheet/chem"
	"reetwin/flowsheet/conf"
)

// constantsOf finds the extraction model: in the plant's own file of constants, else in the data. An error is noted already.
func (s *Circuit) constantsOf(p *conf.Table, name string) (m *chem.Exchange, err error) {
	key := "model"
	if p.Has("constants") {
		key = "constants"
		file := p.Text(key)
		if p.Faulty(key) {
			return nil, errors.New("constants")
		}
		if at := p.File(key); !filepath.IsAbs(file) && !strings.HasPrefix(at, "--") {
			file = filepath.Join(filepath.Dir(at), file)
		}
		m, err = s.system.OwnExchange(file, name)
	} else {
		m, err = s.system.Exchange(name)
	}
	if err != nil {
		p.Fault(key, "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return m, err
}
