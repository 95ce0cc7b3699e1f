package opcua

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net/url"
	"os"
	"strings"
	"time"
)

// keyPair is this client's certificate (DER) and key.
type keyPair struct {
	certificate []byte
	key         *rsa.PrivateKey
	uri         string // of this application, as the certificate says
}

// loadKeyPair reads the files; when both are missing it makes them: RSA 2048, self-signed, for ten years, as OPC UA part 6
// wants an application's certificate (its URI among the names, four uses of the key).
func loadKeyPair(certificate, key string) (keyPair, error) {
	_, noCertificate := os.Stat(certificate)
	_, noKey := os.Stat(key)
	if errors.Is(noCertificate, fs.ErrNotExist) && errors.Is(noKey, fs.ErrNotExist) {
		if err := makeKeyPair(certificate, key); err != nil {
			return keyPair{}, fmt.Errorf("making the client certificate: %w", err)
		}
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return keyPair{}, err
	}
	private, ok := pair.PrivateKey.(*rsa.PrivateKey)
	switch {
	case !ok:
		return keyPair{}, fmt.Errorf("%s: needs an RSA key", key)
	case time.Now().After(pair.Leaf.NotAfter):
		return keyPair{}, fmt.Errorf("%s: expired on %s", certificate, pair.Leaf.NotAfter.Format(time.DateOnly))
	case len(pair.Leaf.URIs) == 0:
		return keyPair{}, fmt.Errorf("%s: has no URI of the application; servers refuse that", certificate)
	}
	return keyPair{pair.Certificate[0], private, pair.Leaf.URIs[0].String()}, nil
}

func makeKeyPair(certificate, key string) error {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return err
	}
	template := x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "reetwin", Organization: []string{"reetwin"}},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(10, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment | x509.KeyUsageKeyEncipherment |
			x509.KeyUsageDataEncipherment | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		DNSNames:              []string{host},
		URIs:                  []*url.URL{{Scheme: "urn", Opaque: host + ":reetwin"}},
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &private.PublicKey, private)
	if err != nil {
		return err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	if err := os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}

// pinned compares the certificate (DER) that the server shows with the thumbprint that is trusted.
func pinned(certificate []byte, thumbprint string) error {
	sum := sha256.Sum256(certificate)
	shown := "sha256:" + hex.EncodeToString(sum[:])
	want := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(thumbprint, "sha256:"), ":", ""))
	if "sha256:"+want == shown {
		return nil
	}
	return fmt.Errorf("the server's certificate %s is not trusted: compare it with the server's own, then give it as thumbprint", shown)
}
