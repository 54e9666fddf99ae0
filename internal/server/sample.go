package server

import (
	"context"
	"os"
	"path/filepath"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dialect"
	"github.com/buildkey/buildkey/queryset"
)

// sample is what a first start made to try the server with.
type sample struct{ project, version apikey.ID }

// makeSample gives an empty database a project with two versions: its main line,
// and a pull request, whose builds see public variables only.
func (s *Server) makeSample(ctx context.Context) error {
	ctx = apikey.WithEverything(ctx, "sample data on a first start")
	n, err := projects.For(ctx).Count(ctx, s.db)
	if err != nil || n > 0 || s.cfg.NoSample {
		return err
	}
	var made sample
	err = s.inTx(ctx, func(tx *queryset.Tx) (err error) {
		made, err = s.insertSample(ctx, tx)
		return err
	})
	if dialect.UniqueViolation(err) {
		return nil // another server was faster
	}
	if err == nil {
		s.sample = &made
	}
	return err
}

func (s *Server) insertSample(ctx context.Context, tx *queryset.Tx) (made sample, err error) {
	made.project, err = projects.For(ctx).Insert(ctx, tx, queryset.Values{
		"slug": "sample", "name": "Sample", "repo": s.sampleRepo(), "language": "en", "default_branch": "main",
		"privacy_level": "public", "max_concurrent_builds": 4, "has_ssh_key_with_write_access": false,
		"environment_variables": `{"LOCALE":{"value":"en","public":true},"UPLOAD_TOKEN":{"value":"for the main line only","public":false}}`,
	})
	if err != nil {
		return made, err
	}
	version := func(slug, kind string) (apikey.ID, error) {
		return versions.For(ctx).Insert(ctx, tx, queryset.Values{
			"project_id": string(made.project), "slug": slug, "identifier": "HEAD", "type": kind, "active": true,
			"privacy_level": "public", "built": false, "has_pdf": false, "has_epub": false, "has_htmlzip": false,
		})
	}
	if made.version, err = version("latest", "branch"); err != nil {
		return made, err
	}
	_, err = version("pr-1", "external")
	return made, err
}

// sampleRepo is what the sample's builds clone, nil when there is nothing at hand.
func (s *Server) sampleRepo() any {
	if s.cfg.SampleRepo != "" {
		return s.cfg.SampleRepo
	}
	here, err := os.Getwd()
	if err != nil {
		return nil
	}
	if _, err := os.Stat(filepath.Join(here, ".git")); err != nil {
		return nil
	}
	return here
}
