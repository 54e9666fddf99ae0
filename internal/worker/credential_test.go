package worker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func debugLog(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func TestCredentialPrintsNowhere(t *testing.T) {
	t.Parallel()
	type owner struct{ hidden Credential }
	c := KeyCredential(testKey)
	values := map[string]any{
		"itself": c, "pointer": &c, "in a slice": []Credential{c}, "in a Config": Config{Credential: c},
		"in an unexported field": owner{c}, "in a session": session{cfg: Config{Credential: c}, api: &client{key: c}},
		"in a client": client{key: c},
	}
	for name, value := range values {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var said strings.Builder
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p"} {
				fmt.Fprintf(&said, verb+"\n", value)
			}
			debugLog(&said).Info("x", "value", value)
			if text, err := json.Marshal(value); err == nil {
				said.Write(text)
			}
			hex := fmt.Sprintf("%x", testKey)
			if text := said.String(); strings.Contains(text, testKey) || strings.Contains(strings.ToLower(text), hex) {
				t.Errorf("the key is in %s", text)
			}
		})
	}
}

func TestCredentialSaysWhatItIs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		c    Credential
		want string
		zero bool
	}{
		{"key", KeyCredential("a"), "[key redacted]", false},
		{"handle", HandleCredential("a"), "[handle redacted]", false},
		{"none", Credential{}, "[no credential]", true},
		{"empty key", KeyCredential(""), "[no credential]", true},
		{"blank handle", HandleCredential(" \n"), "[no credential]", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := fmt.Sprintf("%q", test.c); got != test.want || test.c.IsZero() != test.zero {
				t.Errorf("%s, zero %v; want %s", got, test.c.IsZero(), test.want)
			}
		})
	}
}

func TestFromEnvironment(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, key, handle, want, mentions string }{
		{"key", " k\n", "", "[key redacted]", ""},
		{"handle", "", "h", "[handle redacted]", ""},
		{"neither", "", "", "", "set BUILDKEY_KEY to a key"},
		{"blank", " ", "", "", "no credential"},
		{"both", "kkkkk", "hhhhh", "", "both set"},
		{"too long", strings.Repeat("k", maxCredential+1), "", "", "above 4096 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, err := fromEnvironment(func(name string) string {
				return map[string]string{keyVariable: test.key, handleVariable: test.handle}[name]
			})
			if test.mentions == "" && (err != nil || c.String() != test.want) {
				t.Errorf("fromEnvironment = %s, %v", c, err)
			}
			if test.mentions != "" && (err == nil || !strings.Contains(err.Error(), test.mentions) || strings.Contains(err.Error(), "kkkk")) {
				t.Errorf("error %v, want one that mentions %q", err, test.mentions)
			}
		})
	}
	if _, err := fromEnvironment(func(string) string { return "" }); !errors.Is(err, ErrNoCredential) {
		t.Errorf("without a credential: %v, want ErrNoCredential", err)
	}
}
