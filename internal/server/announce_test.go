package server

import (
	"errors"
	"strings"
	"testing"
)

// full takes nothing, as a full device does.
type full struct{ said strings.Builder }

var errFull = errors.New("no space left on device")

func (f *full) Write(p []byte) (int, error) {
	f.said.Write(p)
	return 0, errFull
}

// TestATokenThatNobodyCouldReadIsForgotten, so that the next start makes another.
func TestATokenThatNobodyCouldReadIsForgotten(t *testing.T) {
	t.Parallel()
	url, out := fileURL(t), &full{}
	cfg := quiet(url)
	cfg.Out = out
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(t.Context()); !errors.Is(err, errFull) {
		t.Fatalf("serve: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	const made = "The admin token, made now"
	if text := serve(t, quiet(url)).rest(); !strings.Contains(text, made) || !strings.Contains(out.said.String(), made) {
		t.Errorf("the next start says %q", text)
	}
}
