package queryset_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
)

// BenchmarkBuild makes a Query, as each handler does: at most 1 µs and 4
// allocations.
func BenchmarkBuild(b *testing.B) {
	ctx := apikey.NewContext(b.Context(), keyOf("1", "1", "1"))
	b.ReportAllocs()
	var q queryset.Query
	for b.Loop() {
		q = builds.For(ctx).Where("state = ?", "triggered")
	}
	_ = q
}

// BenchmarkGet reads one row by a version key on PostgreSQL in tables of
// different sizes, shuffled with what could be written by hand, so that all are
// measured under the same load. It reports the time of each, and the ratios to
// a prepared statement (at most 1.05) and to sqlx.DB.Get (at most 0.6).
func BenchmarkGet(b *testing.B) {
	for _, rows := range []int{10_000, 100_000, 1_000_000} {
		db := dbtest.Postgres(b)
		big(b, db, rows, 0)
		b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) { benchmarkGet(b, db) })
	}
}

type narrowBuild struct {
	ID      int64  `db:"id"`
	Project int64  `db:"project_id"`
	Version int64  `db:"version_id"`
	State   string `db:"state"`
}

// turn is how often each way is taken in a row, as a benchmark of its own would.
const turn = 50

const handWritten = "SELECT id, project_id, version_id, state FROM builds WHERE id = $1 AND project_id = $2 AND version_id = $3"

// benchmarkGet reads build 101, the first of version 11, which is of project 2.
func benchmarkGet(b *testing.B, db *sqlx.DB) {
	ctx := apikey.NewContext(context.Background(), keyOf("2", "11", ""))
	stmt, err := db.PreparexContext(ctx, handWritten)
	if err != nil {
		b.Fatal(err)
	}
	defer stmt.Close()
	var row narrowBuild
	ways := []func() error{
		func() error { return builds.For(ctx).Get(ctx, db, &row, 101) },
		func() error { return stmt.GetContext(ctx, &row, 101, 2, 11) },
		func() error { return db.GetContext(ctx, &row, handWritten, 101, 2, 11) },
	}
	spent := make([][]float64, len(ways))
	for b.Loop() {
		for _, i := range rand.Perm(len(ways)) {
			for range turn {
				start := time.Now()
				if err := ways[i](); err != nil {
					b.Fatal(err)
				}
				spent[i] = append(spent[i], float64(time.Since(start)))
			}
		}
	}
	for i, name := range []string{"queryset-ns", "prepared-ns", "sqlx-ns"} {
		b.ReportMetric(median(spent[i]), name)
	}
	b.ReportMetric(median(spent[0])/median(spent[1]), "of-prepared")
	b.ReportMetric(median(spent[0])/median(spent[2]), "of-sqlx")
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}
