package keystore

import (
	"cmp"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// mint draws an id and a secret for r, finds it a name and stores it.
// [ErrNameTaken] leaves the transaction usable.
func (c *change) mint(r *row) (apikey.Secret, error) {
	secret, err := c.draw(r)
	if err != nil {
		return apikey.Secret{}, err
	}
	if r.name == "" {
		return secret, c.insertUnnamed(r)
	}
	if err := c.release(r.project, r.name); err != nil {
		return apikey.Secret{}, err
	}
	r.heldName = sql.NullString{String: r.name, Valid: true}
	ok, err := c.insert(r)
	if err == nil && !ok {
		err = ErrNameTaken
	}
	return secret, err
}

// draw gives r an id and a secret.
func (c *core) draw(r *row) (apikey.Secret, error) {
	id, err := newID(c.cfg.Now(), c.cfg.Rand)
	if err != nil {
		return apikey.Secret{}, fmt.Errorf("keystore: the random source failed: %w", err)
	}
	secret, err := c.keys.Mint(id, c.cfg.Rand)
	if err != nil {
		return apikey.Secret{}, fmt.Errorf("keystore: %w", err)
	}
	_, text, err := c.keys.Parse(secret.Reveal())
	if err != nil {
		return apikey.Secret{}, fmt.Errorf("keystore: %w", err)
	}
	hash := sha256.Sum256([]byte(text))
	r.id, r.hash = id, hash[:]
	return secret, nil
}

// newID is a UUID of version 7 (RFC 9562, 5.7): milliseconds, then 12 bits that
// count within the millisecond (6.2, method 3), so that ids sort by birth, then
// 62 random bits.
func newID(now time.Time, random io.Reader) (uuid.UUID, error) {
	var id uuid.UUID
	if _, err := io.ReadFull(random, id[8:]); err != nil {
		return uuid.Nil, err
	}
	fraction := uint64(now.Nanosecond()%1e6) << 12 / 1e6
	binary.BigEndian.PutUint64(id[:8], uint64(now.UnixMilli())<<16|7<<12|fraction)
	id[8] = id[8]&0x3f | 0x80
	return id, nil
}

// release frees the name for a new key when those that hold it are dead.
func (c *change) release(project apikey.ID, name string) error {
	now := c.now()
	_, err := c.exec(`UPDATE buildkey_keys SET held_name = NULL WHERE id IN (
		SELECT k.id FROM buildkey_keys k WHERE k.project = ? AND k.held_name = ? AND NOT (`+live+`))`,
		project, name, now, now)
	return err
}

// insertUnnamed makes up a name, such as build-42-k3f9qz, and another one when
// somebody has it.
func (c *change) insertUnnamed(r *row) error {
	for range 10 {
		name, err := c.madeUpName(r)
		if err != nil {
			return err
		}
		r.name, r.heldName = name, sql.NullString{String: name, Valid: true}
		if ok, err := c.insert(r); ok || err != nil {
			return err
		}
	}
	return ErrNameTaken
}

func (c *core) madeUpName(r *row) (string, error) {
	var random [5]byte
	if _, err := io.ReadFull(c.cfg.Rand, random[:]); err != nil {
		return "", fmt.Errorf("keystore: the random source failed: %w", err)
	}
	level := apikey.Key{Project: r.project, Version: r.version, Build: r.build}.Level()
	id := cmp.Or(r.build, r.version, r.project)
	tail := strings.ToLower(base32.StdEncoding.EncodeToString(random[:]))
	return level.String() + "-" + firstRunes(string(id), maxName-20) + "-" + tail, nil
}

// firstRunes cuts s after n runes.
func firstRunes(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}
