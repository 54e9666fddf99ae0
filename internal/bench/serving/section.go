package serving

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/buildkey/buildkey/internal/bench/measure"
	"github.com/buildkey/buildkey/internal/bench/report"
)

// Section measures the reference server on both databases: a PostgreSQL one at the
// address, and a SQLite file in the folder.
func Section(ctx context.Context, effort measure.Effort, address, folder string) (report.Section, error) {
	section := report.Section{
		Title: "6. The reference server over loopback HTTP",
		Text: "GET of one build with its three commands, by Go's client, which works on the same processors as the server. " +
			"All rows pass the middleware, without protection as a request that carries no key: section 2 tells what the " +
			"middleware itself costs. The target is 0.95 of the throughput without protection, which is 1.05 of its time.",
	}
	return section, errors.Join(
		compare(ctx, &section, effort, "SQLite", "sqlite://"+filepath.Join(folder, "serving.db")),
		compare(ctx, &section, effort, "PostgreSQL", address),
	)
}

// compare serves one site in every variant.
func compare(ctx context.Context, s *report.Section, effort measure.Effort, name, databaseURL string) (err error) {
	site, err := newSite(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, site.close()) }()
	group := measure.Group{Title: "One build on " + name, Base: unprotected}
	for _, v := range variants(site) {
		c, stop, err := loopback(v, site.path)
		if err != nil {
			return err
		}
		defer stop()
		group.Cases = append(group.Cases, c)
	}
	parallel := group
	parallel.Title, parallel.Parallel = group.Title+", all processors", true
	if err := s.Measure(effort, group, parallel); err != nil {
		return err
	}
	const limit = 1 / 0.95
	return s.AimRatio(group.Title+": "+asItIs+", time of the unprotected one", limit, group.Title, asItIs, unprotected, group.Cases[1])
}
