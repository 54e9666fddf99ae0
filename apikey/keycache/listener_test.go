package keycache

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// diary is a Sink that writes down what it is told.
type diary struct{ lines []string }

func (d *diary) Beat(sent time.Time)         { d.lines = append(d.lines, "beat "+sent.Format("05")) }
func (d *diary) KeyChanged(id uuid.UUID)     { d.lines = append(d.lines, "key "+id.String()) }
func (d *diary) ProjectChanged(id apikey.ID) { d.lines = append(d.lines, "project "+string(id)) }
func (d *diary) AllChanged()                 { d.lines = append(d.lines, "all") }

func TestHeartbeatsCountFromTheirSending(t *testing.T) {
	t.Parallel()
	second := 0
	beats := &heartbeats{nonce: "b:x:", now: func() time.Time { return time.Unix(int64(second), 0).UTC() }}
	var sent []string
	for second = 1; second <= 4; second++ {
		sent = append(sent, beats.next())
	}
	second = 50
	var d diary
	for _, heard := range []struct {
		payload string
		counts  bool
	}{
		{sent[0], true},
		{sent[1], true},
		{sent[0], false}, // again: nobody vouches for it any more
		{sent[3], true},  // and one between was lost
	} {
		if beat := beats.report(heard.payload, &d); beat != heard.counts {
			t.Errorf("%s counts as a heartbeat: %t", heard.payload, beat)
		}
	}
	if want := []string{"beat 01", "beat 02", "all", "beat 04"}; !slices.Equal(d.lines, want) {
		t.Errorf("got %q, want %q", d.lines, want)
	}
}

func TestNotifications(t *testing.T) {
	t.Parallel()
	id := uuid.Must(uuid.NewV7())
	for payload, want := range map[string][]string{
		"k:" + id.String(): {"key " + id.String()},
		"p:7":              {"project 7"},
		"p:a:b":            {"project a:b"},
		"all":              {"all"},
		"b:other:3":        nil,
		"b:x:99":           nil,
		"b:x:none":         nil,
		"k:broken":         {"all"},
		"p:":               {"all"},
		"":                 {"all"},
		"something newer":  {"all"},
	} {
		var d diary
		if (&heartbeats{nonce: "b:x:", now: time.Now}).report(payload, &d) {
			t.Errorf("%q counts as a heartbeat", payload)
		}
		if !slices.Equal(d.lines, want) {
			t.Errorf("%q told %q, want %q", payload, d.lines, want)
		}
	}
}

func TestHeartbeatsNobodyHearsAreForgotten(t *testing.T) {
	t.Parallel()
	beats := &heartbeats{nonce: "b:x:", now: time.Now}
	last := ""
	for range 10 * unheard {
		last = beats.next()
	}
	if len(beats.sent) != unheard || last != fmt.Sprint("b:x:", 10*unheard-1) {
		t.Errorf("%d kept, the last is %s", len(beats.sent), last)
	}
	var d diary
	beats.report(last, &d)
	if len(d.lines) != 2 {
		t.Errorf("the last was not heard: %q", d.lines)
	}
}

// A server that accepts a connection and says nothing is given up.
func TestAServerThatSaysNothing(t *testing.T) {
	t.Parallel()
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	l := &listener{dsn: "postgres://u@" + server.Addr().String() + "/d?sslmode=disable", connect: 50 * time.Millisecond}
	if err := l.Follow(t.Context(), &diary{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// A heartbeat that cannot be sent tells nothing of the connection that listens.
func TestHeartbeatsThatCannotBeSent(t *testing.T) {
	t.Parallel()
	dsn := dbtest.PostgresDSN(t)
	db, err := sqlx.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	l := &listener{db: db.DB, dsn: dsn, now: time.Now, every: 10 * time.Millisecond, connect: time.Minute, patience: time.Second}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second/2)
	defer cancel()
	if err := l.Follow(ctx, &diary{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("given up: %v", err)
	}
}
