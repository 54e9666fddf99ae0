package queryset_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

// dice make every choice of a world and of what is asked of it: the same seed,
// the same choices.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 0x6275696c646b6579))} }

// chance is true so many times in a hundred.
func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

func pick[T any](d dice, from ...T) T { return from[d.IntN(len(from))] }

// some keeps each element with the given chance. It is never nil.
func (d dice) some(from []string, percent int) []string {
	kept := []string{}
	for _, s := range from {
		if d.chance(percent) {
			kept = append(kept, s)
		}
	}
	return kept
}

// universe are the ids that rows have. The first few are the ones that keys and
// attachments name, so that they meet.
func universe(k oracle.Kind) []string {
	switch k {
	case oracle.Integer:
		return []string{"1", "2", "3", "4", "5", "6", "7", "8"}
	case oracle.UUID:
		return []string{
			"0a1b2c3d-0000-4000-8000-00000000000a", "0a1b2c3d-0000-4000-8000-00000000000b",
			"fedcba98-1111-7111-b111-aaaaaaaaaaaa", "fedcba98-1111-7111-b111-bbbbbbbbbbbb",
			"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
			"12345678-1234-4234-8234-123456789012", "12345678-1234-4234-8234-123456789abc",
		}
	case oracle.Folded: // no two may be one to a primary key
		return []string{"a", "1", "b", "B1", "c", "x-y", "o'k", "é"}
	}
	return []string{"a", "A", "1", "b", "B", "x-y", "o'k", "é"}
}

// fresh are ids that no row has.
func fresh(k oracle.Kind) []string {
	switch k {
	case oracle.Integer:
		return []string{"90", "91", "92"}
	case oracle.UUID:
		return []string{"90000000-0000-4000-8000-00000000000a", "91000000-0000-4000-8000-00000000000a", "92000000-0000-4000-8000-00000000000a"}
	}
	return []string{"n90", "n91", "n92"}
}

// near is one of the ids that are likely to meet another.
func (d dice) near(k oracle.Kind) string {
	switch {
	case k == oracle.Folded && d.chance(85):
		return pick(d, "a", "A", "1")
	case k == oracle.Integer && d.chance(6): // the two are one to whoever calculates in float64
		return pick(d, "9007199254740992", "9007199254740993")
	case d.chance(85):
		return pick(d, universe(k)[:3]...)
	}
	return pick(d, append(universe(k), fresh(k)...)...)
}

// odd spells id in a way that is not canonical, or makes something else of it.
func (d dice) odd(id string) string {
	if d.chance(40) {
		return pick(d, "0"+id, "+"+id, " "+id, id+" ", strings.ToUpper(id))
	}
	return pick(d,
		"-"+id, id+"\n", id+".0", id+"e0", "0x"+id,
		strings.ToLower(id), "{"+id+"}", "urn:uuid:"+id, strings.ReplaceAll(id, "-", ""),
		"9223372036854775807", "9223372036854775808", "-9223372036854775809", "99999999999999999999999",
		"", "-0", "00", "*", "%", "'", "a\x00b", "\xff\xfe", "1;--", id+"'", "NULL", "１",
	)
}

// spelled is an argument of any of the types that an id may come as.
func (d dice) spelled(id string) any {
	n, err := strconv.ParseInt(id, 10, 64)
	if err == nil && strconv.FormatInt(n, 10) == id && d.chance(50) {
		return pick[any](d, n, int(n), apikey.ID(id), id)
	}
	u, err := uuid.Parse(id)
	if err == nil && u.String() == id && d.chance(50) {
		return pick[any](d, u, apikey.ID(id), id)
	}
	return pick[any](d, id, apikey.ID(id), named(id))
}

// named is a fmt.Stringer.
type named string

func (n named) String() string { return string(n) }

func (d dice) shuffled(from []string) []string {
	out := slices.Clone(from)
	d.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}
