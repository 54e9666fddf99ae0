package server

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// coded is an error of SQLite's.
type coded int

func (c coded) Error() string { return fmt.Sprintf("SQLite says (%d)", int(c)) }

func (c coded) Code() int { return int(c) }

func TestTroubleWithAFileSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for code, says := range map[coded]string{5: "try again", 8: "writable", 1544: "writable", 13: "room", 14: "folder exists", 26: "choose another"} {
		err := fmt.Errorf("queryset: writing: %w", code)
		got := advised("sqlite://a.db", err)
		if text := got.Error(); !errors.Is(got, code) || !strings.HasPrefix(text, "server: a.db: ") || !strings.Contains(text, says) {
			t.Errorf("%d: %q does not say %q", code, text, says)
		}
	}
	for _, err := range []error{nil, errors.New("another"), coded(2067)} {
		if got := advised("sqlite://a.db", err); !errors.Is(got, err) || (err != nil && got.Error() != err.Error()) {
			t.Errorf("%v became %v", err, got)
		}
	}
}
