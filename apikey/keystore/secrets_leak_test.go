package keystore_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

const window = 16 // bytes of a secret that are enough to find it by

// needles finds secrets in text: as they are, and in hex and base64.
type needles struct {
	known map[[window]byte]string
	maybe []bool // by a hash of the first bytes: most of a text is soon ruled out
}

func newNeedles() *needles {
	return &needles{known: map[[window]byte]string{}, maybe: make([]bool, 1<<22)}
}

func slot(text []byte) uint32 { return binary.LittleEndian.Uint32(text) * 2654435761 >> 10 }

// add looks for a key or a handle: 43 random characters, and 6 of a checksum.
func (n *needles) add(raw, what string) {
	secret := raw[len(raw)-49 : len(raw)-6]
	forms := map[string]string{"plain": secret, "HEX": fmt.Sprintf("%X", secret), "hex": hex.EncodeToString([]byte(secret))}
	for shift := range 3 { // it may stand anywhere in what is encoded
		text := append(bytes.Repeat([]byte("x"), shift), secret...)
		forms[fmt.Sprint("base64 ", shift)] = base64.RawStdEncoding.EncodeToString(text)[4:]
		forms[fmt.Sprint("base64url ", shift)] = base64.RawURLEncoding.EncodeToString(text)[4:]
	}
	for form, text := range forms {
		for at := 0; at+window <= len(text)-2; at += window { // its start, its middle and its end
			part := [window]byte([]byte(text[at:]))
			n.known[part], n.maybe[slot(part[:])] = what+" in "+form, true
		}
	}
}

// find tells which secret is in text, "" for none.
func (n *needles) find(text []byte) string {
	for i := range max(0, len(text)-window+1) {
		if n.maybe[slot(text[i:])] {
			if what, ok := n.known[[window]byte(text[i:])]; ok {
				return what
			}
		}
	}
	return ""
}

func TestNeedlesAreFound(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), keystore.Config{})
	_, secret := r.mint(t, keystore.Spec{Project: "1"})
	raw := secret.Reveal()
	n := newNeedles()
	n.add(raw, "it")
	part := raw[len(raw)-49 : len(raw)-6]
	for name, text := range map[string]string{
		"the key": raw, "the secret alone": part, "its start": part[:20], "a tail": part[30-window:],
		"hex":       hex.EncodeToString([]byte(raw)),
		"base64":    base64.StdEncoding.EncodeToString([]byte(raw)),
		"base64url": base64.URLEncoding.EncodeToString([]byte("xy" + part)),
		"json":      fmt.Sprintf(`{"a":%q}`, raw),
	} {
		if n.find([]byte("before"+text+"after")) == "" {
			t.Errorf("%s is not found", name)
		}
	}
	if what := n.find([]byte("the id " + raw[:22] + " is no secret")); what != "" {
		t.Errorf("found %s where none is", what)
	}
}

// lockedBuffer is where many log.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// spill is what was written about keys whose secrets are needles.
type spill struct {
	rig
	*needles
	log     *lockedBuffer
	printed bytes.Buffer
}

// The secrets of many keys, and of their handles, are in no log line, error,
// record, event, print or file. 180 keys on each database, or 10,000 under
// BUILDKEY_SOAK=1.
func TestSecretsNeverAppear(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		log := &lockedBuffer{}
		handlers := slog.NewMultiHandler(
			slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}),
			slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		s := &spill{rig: newRig(t, db, keystore.Config{Logger: slog.New(handlers)}), needles: newNeedles(), log: log}
		for range soak(60, 3334) { // each is rotated and has a child
			s.live(t)
			if log.Len() == 0 {
				t.Fatal("nothing was logged")
			}
			s.search(t)
		}
		s.print(s.List(t.Context(), keystore.Filter{Dead: true, Limit: 1000}))
		s.search(t)
		for name, text := range map[string][]byte{"the tables": s.tables(t), "the files": s.files(t)} {
			if what := s.find(text); what != "" {
				t.Errorf("%s show %s", name, what)
			}
		}
	})
}

// search looks through what was logged and printed, and forgets it.
func (s *spill) search(t *testing.T) {
	t.Helper()
	if s.printed.Len() == 0 {
		t.Fatal("nothing was printed")
	}
	for name, text := range map[string]*bytes.Buffer{"the log": &s.log.Buffer, "print": &s.printed} {
		if what := s.find(text.Bytes()); what != "" {
			t.Errorf("%s shows %s", name, what)
		}
		text.Reset()
	}
}

// print writes values in every way that a program may.
func (s *spill) print(values ...any) {
	for _, v := range values {
		fmt.Fprintf(&s.printed, "%v %+v %#v %q\n", v, v, v, v)
		text, _ := json.Marshal(v)
		s.printed.Write(text)
		slog.New(slog.NewTextHandler(&s.printed, nil)).Info("value", "v", v)
	}
}

// live takes a key through everything that is done with one, and its mishaps.
func (s *spill) live(t *testing.T) {
	ctx := t.Context()
	k, secret := s.mint(t, keystore.Spec{Project: "1", Scopes: apikey.Scopes{"buildkey:all", apikey.ScopeKeyCreate}})
	raw := secret.Reveal()
	s.add(raw, "the key")
	handle, err := s.Wrap(ctx, secret, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.add(handle.Reveal(), "the handle")
	got, err := s.Unwrap(ctx, handle.Reveal())
	s.print(k, secret, handle, got, err)
	s.print(s.Verify(ctx, raw))
	s.print(s.Renew(ctx, k.ID))
	child, childSecret, err := s.Derive(ctx, k.ID, keystore.Spec{})
	s.add(childSecret.Reveal(), "the child")
	s.print(child, childSecret, err, struct{ hidden apikey.Secret }{childSecret})
	next, nextSecret, err := s.Rotate(ctx, k.ID, time.Minute)
	s.add(nextSecret.Reveal(), "the rotated key")
	s.print(next, nextSecret, err, &nextSecret, []apikey.Secret{nextSecret})
	s.mishaps(t, k, next, raw, handle.Reveal(), nextSecret.Reveal())
}

// mishaps puts secrets where they do not belong.
func (s *spill) mishaps(t *testing.T, k, next apikey.Key, raw, handle, nextRaw string) {
	ctx := t.Context()
	other := []byte(raw)
	other[len(other)-20] ^= 1
	for _, wrong := range []string{string(other), raw + "x", raw[:len(raw)-1], handle, "Token " + raw, nextRaw + raw} {
		s.print(s.Verify(ctx, wrong))
		s.print(s.Unwrap(ctx, wrong))
		s.print(s.Wrap(ctx, apikey.NewSecret(wrong), 0))
		s.print(s.RevokeSecret(ctx, wrong))
	}
	s.print(s.Unwrap(ctx, handle)) // the second time
	s.print(s.RevokeSecret(ctx, nextRaw))
	s.print(s.Verify(ctx, nextRaw))
	s.print(s.Verify(ctx, raw))
	s.print(s.Events(ctx, k.ID))
	s.print(s.Events(ctx, next.ID))
	s.print(s.Get(ctx, k.ID))
	_, _, err := s.Derive(ctx, k.ID, keystore.Spec{TTL: time.Hour})
	s.print(err, s.Stats())
}

// tables is all that is stored, as text.
func (s *spill) tables(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	for _, table := range []string{"buildkey_keys", "buildkey_handles", "buildkey_events", "buildkey_links", "buildkey_projects"} {
		rows, err := s.db.Queryx("SELECT * FROM " + table)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, err := rows.SliceScan()
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range values {
				fmt.Fprintf(&out, "%s\x00", v)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// files are SQLite's database and its write-ahead log, byte by byte.
func (s *spill) files(t *testing.T) []byte {
	t.Helper()
	if s.db.DriverName() != "sqlite" {
		return nil
	}
	var path string
	if err := s.db.Get(&path, "SELECT file FROM pragma_database_list"); err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, name := range []string{path, path + "-wal"} {
		data, err := os.ReadFile(name)
		if err != nil || len(data) == 0 {
			t.Fatalf("%s: %d bytes, %v", name, len(data), err)
		}
		all = append(all, data...)
	}
	return all
}
