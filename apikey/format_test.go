package apikey_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"hash/crc32"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
)

func mustFormat(t testing.TB, prefix string) apikey.Format {
	t.Helper()
	f, err := apikey.NewFormat(prefix)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFormatRoundTrip(t *testing.T) {
	shape := regexp.MustCompile(`^bk_[0-9A-Za-z]{71}$`)
	format := mustFormat(t, "")
	for _, id := range []uuid.UUID{uuid.Nil, uuid.Max, uuid.Must(uuid.NewV7())} {
		secret, err := format.Mint(id, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		raw := secret.Reveal()
		if !shape.MatchString(raw) {
			t.Errorf("%q has not the shape", raw)
		}
		got, chars, err := format.Parse(raw)
		if err != nil || got != id || chars != raw[25:68] {
			t.Errorf("%v became %v, %q, %v", id, got, chars, err)
		}
	}
}

func TestFormatExtremes(t *testing.T) {
	format := mustFormat(t, "ci2")
	for _, bits := range []byte{0x00, 0xff} {
		secret, err := format.Mint(uuid.Nil, bytes.NewReader(bytes.Repeat([]byte{bits}, 32)))
		if err != nil {
			t.Fatal(err)
		}
		if len(secret.Reveal()) != len("ci2_")+71 {
			t.Errorf("%x: %d bytes", bits, len(secret.Reveal()))
		}
	}
	if _, err := format.Mint(uuid.Nil, bytes.NewReader(make([]byte, 31))); err == nil {
		t.Error("31 random bytes were enough")
	}
}

func TestNewFormatRefuses(t *testing.T) {
	for _, prefix := range []string{"a", strings.Repeat("a", 13), "BK", "b_k", "b k", "bké"} {
		if _, err := apikey.NewFormat(prefix); err == nil || !strings.Contains(err.Error(), prefix) {
			t.Errorf("%q: %v", prefix, err)
		}
	}
}

func TestParseRefusesEveryTypo(t *testing.T) {
	format := mustFormat(t, "")
	secret, err := format.Mint(uuid.Must(uuid.NewV7()), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	raw := secret.Reveal()
	for i := range raw {
		for _, c := range []byte("0aZ_-\x00\xff") {
			if typo := raw[:i] + string(c) + raw[i+1:]; typo != raw && raw[i] != c {
				refused(t, format, typo)
			}
		}
		if i+1 < len(raw) && raw[i] != raw[i+1] {
			refused(t, format, raw[:i]+raw[i+1:i+2]+raw[i:i+1]+raw[i+2:])
		}
		refused(t, format, raw[:i])
	}
	refused(t, format, raw+"0")
	refused(t, mustFormat(t, "bx"), raw)
	refused(t, apikey.Format{}, raw)
}

func refused(t *testing.T, format apikey.Format, raw string) {
	t.Helper()
	if id, chars, err := format.Parse(raw); !errors.Is(err, apikey.ErrMalformed) || id != uuid.Nil || chars != "" {
		t.Errorf("%q was read: %v, %v", raw, id, err)
	}
}

func TestParseAllocatesNothing(t *testing.T) {
	format := mustFormat(t, "")
	secret, err := format.Mint(uuid.Must(uuid.NewV7()), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := secret.Reveal()
	bad := good[:len(good)-1] + "!"
	if n := testing.AllocsPerRun(100, func() { _, _, _ = format.Parse(good); _, _, _ = format.Parse(bad) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestCheckIsTheCRCOfAllBeforeIt computes the check with the standard library
// and with big numbers.
func TestCheckIsTheCRCOfAllBeforeIt(t *testing.T) {
	secret, err := mustFormat(t, "").Mint(uuid.Must(uuid.NewV7()), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	raw := secret.Reveal()
	var sum big.Int
	for _, c := range raw[len(raw)-6:] {
		digit := strings.IndexRune("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", c)
		sum.Add(sum.Mul(&sum, big.NewInt(62)), big.NewInt(int64(digit)))
	}
	if want := crc32.ChecksumIEEE([]byte(raw[:len(raw)-6])); sum.Uint64() != uint64(want) {
		t.Errorf("check is %d, want %d", sum.Uint64(), want)
	}
}

func BenchmarkParse(b *testing.B) {
	format := mustFormat(b, "")
	secret, err := format.Mint(uuid.Must(uuid.NewV7()), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	raw := secret.Reveal()
	b.ReportAllocs()
	for b.Loop() {
		_, _, _ = format.Parse(raw)
	}
}

func FuzzParse(f *testing.F) {
	format, err := apikey.NewFormat("")
	if err != nil {
		f.Fatal(err)
	}
	f.Add("bk_" + strings.Repeat("0", 71))
	f.Add("")
	f.Fuzz(func(t *testing.T, raw string) {
		id, chars, err := format.Parse(raw)
		if err != nil && (id != uuid.Nil || chars != "") {
			t.Errorf("%q: an error and a result", raw)
		}
		if err == nil && !strings.Contains(raw, chars) {
			t.Errorf("%q: the secret is no part of it", raw)
		}
	})
}
