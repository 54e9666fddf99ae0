package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/buildkey/buildkey/apikey/keycache"
	"github.com/buildkey/buildkey/internal/bench/keyring"
	"github.com/buildkey/buildkey/internal/bench/measure"
	"github.com/buildkey/buildkey/internal/bench/report"
)

const (
	warmTitle     = "A good credential, warm"
	refusedTitle  = "Garbage in place of a credential"
	verifyTitle   = "Garbage, at the cache alone"
	garbageLength = 74 // that of a key
)

// Section measures middleware around an empty handler.
func Section(ctx context.Context, effort measure.Effort, keys *keyring.Keyring) (report.Section, error) {
	section := report.Section{
		Title: "2. Middleware around an empty handler",
		Text: "A request that passes, and one that is refused, with everything in memory and no network. The JWT middlewares " +
			"check a signature and believe the claims; buildkey finds the key's record, so it also knows of a revocation.",
	}
	stacks, err := stacks(keys)
	if err != nil {
		return section, err
	}
	before := keys.Cache.Stats()
	if err := section.Measure(effort, groups(ctx, stacks, keys.Cache)...); err != nil {
		return section, err
	}
	section.Facts = hits(before, keys.Cache.Stats())
	return section, aim(&section, stacks, garbage(ctx, keys.Cache))
}

// stacks are the bare handler, the floor, this library's two, and the peers.
func stacks(keys *keyring.Keyring) ([]stack, error) {
	chi, err := jwtauthStack()
	auth0, errAuth0 := auth0Stack()
	return []stack{bareStack(), floorStack(), cachedStack(keys), mapStack(keys), chi, auth0}, errors.Join(err, errAuth0)
}

func groups(ctx context.Context, stacks []stack, cache *keycache.Cache) []measure.Group {
	sequential := measure.Group{Title: warmTitle, Base: "floor"}
	refused := measure.Group{Title: refusedTitle, Base: "floor"}
	for _, s := range stacks {
		sequential.Cases = append(sequential.Cases, s.measured(s.authorization, 0))
		if s.authorization == "" { // lets everybody pass
			refused.Cases = append(refused.Cases, s.measured("", 0))
			continue
		}
		scheme, _, _ := strings.Cut(s.authorization, " ")
		refused.Cases = append(refused.Cases, s.measured(scheme+" "+strings.Repeat("x", garbageLength), http.StatusUnauthorized))
	}
	parallel := sequential
	parallel.Title, parallel.Parallel = warmTitle+", all processors", true
	alone := measure.Group{Title: verifyTitle, Base: "floor", Cases: []measure.Case{floorStack().measured("", 0), garbage(ctx, cache)}}
	return []measure.Group{sequential, parallel, refused, alone}
}

// garbage is refused by the cache without a question to the database.
func garbage(ctx context.Context, cache *keycache.Cache) measure.Case {
	raw := strings.Repeat("x", garbageLength)
	op := func() error {
		if _, err := cache.Verify(ctx, raw); err == nil {
			return errors.New("web: the cache accepts garbage")
		}
		return nil
	}
	return measure.Case{Name: "buildkey, keycache.Verify", Note: "no query", New: func() func() error { return op }}
}

// hits tells whether the cache was as warm as the tables say.
func hits(before, after keycache.Stats) []report.Fact {
	return []report.Fact{
		{Name: "answers from memory during these tables", Value: float64(after.Hits - before.Hits)},
		{Name: "queries during these tables", Value: float64(after.Queries - before.Queries)},
	}
}

func aim(s *report.Section, stacks []stack, garbage measure.Case) error {
	cached := stacks[2].measured(stacks[2].authorization, 0)
	row, err := s.Row(warmTitle, cached.Name)
	if err != nil {
		return err
	}
	return errors.Join(
		s.AimRatio("warm Authenticate and Require, of the floor", 1.3, warmTitle, cached.Name, "floor", cached),
		s.AimRatio("warm Authenticate and Require, of jwtauth", 0.2, warmTitle, cached.Name, "jwtauth", cached),
		s.Aim(report.Target{What: "warm Authenticate and Require", Table: warmTitle, Limit: 3, Got: float64(row.Allocations), Unit: "allocations"}, cached),
		s.AimRatio("garbage refused by the cache, of the floor", 0.2, verifyTitle, garbage.Name, "floor", garbage),
	)
}
