package apikey_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"

	"github.com/buildkey/buildkey/apikey"
)

const hidden = "hunter2hunter2"

type holder struct {
	Public  apikey.Secret
	private apikey.Secret
	pointer *apikey.Secret
	list    []apikey.Secret
	byName  map[string]apikey.Secret
	any     any
}

func newHolder() holder {
	s := apikey.NewSecret(hidden)
	return holder{s, s, &s, []apikey.Secret{s}, map[string]apikey.Secret{"k": s}, s}
}

func TestSecretPrintsUnderNoVerb(t *testing.T) {
	h := newHolder()
	for _, value := range []any{h.Public, &h.Public, h, &h, []any{h}, map[string]any{"h": h}} {
		for _, flags := range []string{"", "+", "#", "-", " ", "0", "20", ".3"} {
			for _, verb := range "vTtbcdoOqxXUeEfFgGsp" {
				clean(t, fmt.Sprintf("%"+flags+string(verb), value))
			}
		}
	}
	clean(t, fmt.Sprint(h, h.Public), fmt.Sprintln(h), fmt.Errorf("wrapped %v %w", h, fmt.Errorf("%s", h.private)).Error())
	if got := fmt.Sprintf("%s %v %q %x", h.Public, h.Public, h.Public, h.Public); got != strings.TrimSpace(strings.Repeat("[redacted] ", 4)) {
		t.Errorf("prints as %q", got)
	}
}

func TestSecretIsWrittenByNoEncoder(t *testing.T) {
	h := newHolder()
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(handler).Info("m", "secret", h.Public, "holder", h, "pointer", &h, slog.Group("g", "s", h.Public))
	}
	asJSON, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	asXML, err := xml.Marshal(h.Public)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := template.Must(template.New("").Parse("{{.}} {{.Public}}")).Execute(&text, h); err != nil {
		t.Fatal(err)
	}
	diff := cmp.Diff(h, holder{}, cmp.AllowUnexported(holder{}), cmp.Comparer(func(a, b apikey.Secret) bool { return false }))
	clean(t, log.String(), string(asJSON), string(asXML), text.String(), diff)
}

func TestSecretInAPanic(t *testing.T) {
	defer func() { clean(t, fmt.Sprint(recover())) }()
	panic(newHolder())
}

func TestReveal(t *testing.T) {
	if got := apikey.NewSecret(hidden).Reveal(); got != hidden {
		t.Errorf("revealed %q", got)
	}
	var zero apikey.Secret
	if !zero.IsZero() || zero.Reveal() != "" || apikey.NewSecret(hidden).IsZero() {
		t.Error("the zero Secret is not empty")
	}
}

func clean(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(text, hidden) || strings.Contains(text, fmt.Sprintf("%x", hidden)) {
			t.Errorf("the secret is in %q", text)
		}
	}
}
