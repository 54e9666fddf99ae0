package demo

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestAnAttemptFailsUnlessTheAnswerIsRight(t *testing.T) {
	t.Parallel()
	lost := errors.New("lost")
	tests := []struct {
		name string
		attempt
		fails bool
	}{
		{"right", attempt{want: 404, answer: answer{status: 404}}, false},
		{"opened", attempt{want: 404, answer: answer{status: 200}}, true},
		{"refused in another way", attempt{want: 401, answer: answer{status: 403}}, true},
		{"no answer", attempt{want: 404, err: lost}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if err := test.failure(); (err != nil) != test.fails {
				t.Errorf("failure is %v", err)
			}
		})
	}
}

func TestTheScreenShowsWholeHarmlessLines(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	s := &screen{w: &b}
	q := s.quote()
	fmt.Fprint(q, "one\ntw")
	fmt.Fprint(q, "o\x1b[2J\nunfinished")
	s.line(strings.Repeat("é", 81))
	want := "  | one\n  | two [2J\n" + strings.Repeat("é", 77) + "...\n"
	if b.String() != want {
		t.Errorf("the screen shows\n%swant\n%s", b.String(), want)
	}
}

func TestTheAddressIsFoundInPieces(t *testing.T) {
	t.Parallel()
	a := newAnnouncement()
	for _, piece := range []string{"warning: listening\nliste", "ning on http://127.0.0.1:80", "80\nmore", "\nlistening on http://other\n"} {
		fmt.Fprint(a, piece)
	}
	if got := <-a.found; got != "http://127.0.0.1:8080" {
		t.Errorf("the address is %q", got)
	}
}

func TestAnOutcomeFailsUnlessAllWentWell(t *testing.T) {
	t.Parallel()
	yes, no, why := true, false, "the command failed"
	tests := []struct {
		name  string
		build buildRow
		want  string
	}{
		{"not begun", buildRow{State: "triggered"}, "is triggered and not finished"},
		{"cancelled", buildRow{State: "cancelled", Success: &no}, "is cancelled and not finished"},
		{"finished without a word", buildRow{State: "finished"}, "not finished"},
		{"failed", buildRow{State: "finished", Success: &no, Error: &why}, "the command failed"},
		{"failed without a reason", buildRow{State: "finished", Success: &no}, "failed"},
		{"no result", buildRow{State: "finished", Success: &yes}, "has no result"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if err := (outcome{build: test.build}).failure(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("failure is %v, want %q", err, test.want)
			}
		})
	}
	alive := outcome{build: buildRow{State: "finished", Success: &yes}, version: versionRow{Built: true}}
	if err := alive.failure(); err == nil || !strings.Contains(err.Error(), "not revoked") {
		t.Errorf("a key that lives on is %v", err)
	}
}
