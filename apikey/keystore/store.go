package keystore

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dialect"
	"github.com/jmoiron/sqlx"
)

// Config is how a store works. The zero Config is ready to use.
type Config struct {
	// Prefix stands before every key: 2 to 12 of a-z0-9, "bk" when empty.
	Prefix string
	// Catalog knows the scopes. Nil is apikey.DefaultCatalog.
	Catalog *apikey.Catalog
	// Limits bounds the life of the key that a Spec asks for: a time above it
	// is refused, and one that the Spec leaves out is no longer than it. Nil,
	// and a field that is not positive, stand for the values that the zero
	// Limits has.
	Limits func(Spec) Limits
	// Retention is how long Run and Purge(ctx, 0) leave a dead key in the table
	// after its death. Zero is DefaultRetention.
	Retention time.Duration
	// Now is the clock. Nil is time.Now.
	Now func() time.Time
	// Rand is the source of ids and secrets. Nil is crypto/rand's. Another one
	// is for tests: whoever can predict it can forge every key.
	Rand io.Reader
	// Logger gets a line for each change, marked committed=false inside a
	// transaction of the caller's, and, at most once a minute for each key and
	// reason, each refusal. Nil is slog.Default().
	Logger *slog.Logger
	// Unprepared keeps Verify from preparing its statement, for PostgreSQL
	// behind a pooler in transaction mode; see the package documentation.
	Unprepared bool
}

// Store keeps keys in a database. Make one with [New]; it is safe to share.
type Store struct {
	*core
	tx *sqlx.Tx // nil: each call has a transaction of its own
}

// core is what a Store and those that In makes of it share.
type core struct {
	db      *sqlx.DB
	dialect dialect.Dialect
	cfg     Config
	keys    apikey.Format
	handles apikey.Format
	reads   apikey.Scopes // of a link without scopes
	scopes  *memo[granted]
	lists   *memo[apikey.AllowList]
	verify  *prepared
	uses    uses
	refused refusals
	memory  memory
	watched watchers
}

// New returns the store in db, which is not asked anything yet: see
// [Store.Migrate]. It is an error when db is nil or neither PostgreSQL's nor
// SQLite's, or the Config holds a bad prefix or a negative retention.
func New(db *sqlx.DB, cfg Config) (*Store, error) {
	if db == nil {
		return nil, errors.New("keystore: the database is nil: give the pool that sqlx.Open returned")
	}
	kind, err := dialect.Of(db.DriverName())
	if err != nil {
		return nil, fmt.Errorf("keystore: %w", err)
	}
	keys, err := apikey.NewFormat(cfg.Prefix)
	if err != nil {
		return nil, fmt.Errorf("keystore: %w", err)
	}
	if cfg.Retention < 0 {
		return nil, fmt.Errorf("keystore: retention %v is negative: leave it zero for %v", cfg.Retention, DefaultRetention)
	}
	cfg.setDefaults()
	c := &core{db: db, dialect: kind, cfg: cfg, keys: keys, handles: keys.HandleFormat(), reads: cfg.Catalog.Reads(),
		scopes: newMemo(readScopes(cfg.Catalog)), lists: newMemo(readAllowList)}
	c.verify = newPrepared(c.text(selectVerify))
	return &Store{core: c}, nil
}

func (c *Config) setDefaults() {
	if c.Catalog == nil {
		c.Catalog = apikey.DefaultCatalog()
	}
	if c.Retention == 0 {
		c.Retention = DefaultRetention
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
}

// In returns the same store inside a transaction of the caller's, who commits
// it; of a queryset.Tx, give it the Tx within: store.In(tx.Tx). A rollback
// undoes what a call did, its audit trail with it. Its line in the log is
// written at once and stays; it carries committed=false. A refusal leaves a
// transaction of PostgreSQL's usable. Run and Migrate take no part in it. A nil
// tx gives a store with transactions of its own. An edit of links in a
// transaction above READ COMMITTED can fail when it is committed (SQLSTATE
// 40001), when others edited theirs meanwhile.
func (s *Store) In(tx *sqlx.Tx) *Store {
	return &Store{core: s.core, tx: tx}
}

// Catalog is the one of the Config, or the default one.
func (s *Store) Catalog() *apikey.Catalog { return s.cfg.Catalog }
