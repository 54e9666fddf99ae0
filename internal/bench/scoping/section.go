package scoping

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/bench/measure"
	"github.com/buildkey/buildkey/internal/bench/report"
)

const buildingTitle = "Making a query"

// Section measures a scoped read on PostgreSQL at each number of rows, of at least 200.
func Section(ctx context.Context, making, reading measure.Effort, db *sqlx.DB, sizes []int) (report.Section, error) {
	section := report.Section{
		Title: "4. Scoping",
		Text: "One build is read by its id with a key of its version, through a socket of the same machine. A statement that " +
			"is not prepared costs lib/pq two round trips, one that is costs one; queryset prepares what it makes.",
	}
	query := building(ctx)
	if err := section.Measure(making, measure.Group{Title: buildingTitle, Base: byQueryset, Cases: query}); err != nil {
		return section, err
	}
	made, err := section.Row(buildingTitle, byQueryset)
	if err != nil {
		return section, err
	}
	err = errors.Join(
		section.Aim(report.Target{What: "making a query", Table: buildingTitle, Limit: 1000, Got: made.Nanoseconds, Unit: "ns"}, query[0]),
		section.Aim(report.Target{What: "making a query", Table: buildingTitle, Limit: 4, Got: float64(made.Allocations), Unit: "allocations"}, query[0]),
	)
	for _, rows := range sizes {
		err = errors.Join(err, readings(ctx, &section, reading, db, rows))
	}
	return section, err
}

// readings adds the table for that many rows, and its targets.
func readings(ctx context.Context, s *report.Section, effort measure.Effort, db *sqlx.DB, rows int) error {
	if err := fill(ctx, db, rows); err != nil {
		return err
	}
	stmt, err := db.PreparexContext(ctx, text)
	if err != nil {
		return err
	}
	defer stmt.Close()
	title := fmt.Sprintf("A scoped Get among %d rows", rows)
	ways := read(ctx, db, stmt)
	if err := s.Measure(effort, measure.Group{Title: title, Base: byHand, Cases: ways}); err != nil {
		return err
	}
	return errors.Join(
		s.AimRatio(fmt.Sprintf("scoped Get of the hand-written one, %d rows", rows), 1.05, title, byQueryset, byHand, ways[1]),
		s.AimRatio(fmt.Sprintf("scoped Get of sqlx.DB.Get, %d rows", rows), 0.6, title, byQueryset, bySQLX, ways[1]),
	)
}
