package cli

import (
	"errors"
	"strconv"
	"time"

	"github.com/spf13/pflag"
)

// span is a flag's value: a duration such as 90m, or whole seconds, as the API
// takes them. It is above zero, or not below it where none is allowed.
type span struct {
	d         *time.Duration
	noneIsFit bool
}

// lifetimeFlag adds a flag for a span of time above zero.
func lifetimeFlag(flags *pflag.FlagSet, d *time.Duration, name, usage string) {
	flags.Var(span{d: d}, name, usage)
}

// graceFlag adds a flag for a span of time that may be zero.
func graceFlag(flags *pflag.FlagSet, d *time.Duration, name, usage string) {
	flags.Var(span{d: d, noneIsFit: true}, name, usage)
}

// Set reads a value.
func (s span) Set(text string) error {
	d, err := time.ParseDuration(text)
	if seconds, notWhole := strconv.ParseInt(text, 10, 32); notWhole == nil {
		d, err = time.Duration(seconds)*time.Second, nil
	}
	switch {
	case err != nil:
		return errors.New("give a duration such as 90m or 1h30m, or whole seconds")
	case d < 0 || (d == 0 && !s.noneIsFit):
		return errors.New("it is not above zero")
	}
	*s.d = d
	return nil
}

// String is the value; "" while there is none, so that help shows no default.
func (s span) String() string {
	if s.d == nil || *s.d == 0 {
		return ""
	}
	return s.d.String()
}

// Type is what help calls it.
func (span) Type() string { return "duration" }
