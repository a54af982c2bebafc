//! How the nouns of `oauth` and `clock`, which know no database, stand in columns.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use crate::clock::UnixTime;
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::redirect_uri::MatchedRedirectUri;
use crate::oauth::{HashedSecret, Scope, SecretId};

/// A type as an SQL type: what the database gives, what it takes, how to write and how to read it.
macro_rules! column {
    ($type:ty as $sql:ty, $owned:ty, $borrowed:ty, $write:expr, $read:expr) => {
        impl<DB: Backend> ToSql<$sql, DB> for $type
        where
            $borrowed: ToSql<$sql, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                let write: fn(&$type) -> &$borrowed = $write;
                write(self).to_sql(out)
            }
        }

        impl<DB: Backend> FromSql<$sql, DB> for $type
        where
            $owned: FromSql<$sql, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let read: fn($owned) -> Option<$type> = $read;
                let stored = <$owned as FromSql<$sql, DB>>::from_sql(bytes)?;
                read(stored).ok_or_else(|| concat!("not a ", stringify!($type)).into())
            }
        }

        impl<DB: Backend> Queryable<$sql, DB> for $type
        where
            $type: FromSql<$sql, DB>,
        {
            type Row = Self;

            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }

        column!(@expression $type as $sql, $owned, $borrowed, $write);
        column!(@expression $type as Nullable<$sql>, $owned, $borrowed, $write);
    };
    (@expression $type:ty as $sql:ty, $owned:ty, $borrowed:ty, $write:expr) => {
        impl<'a> AsExpression<$sql> for &'a $type {
            type Expression = <&'a $borrowed as AsExpression<$sql>>::Expression;

            fn as_expression(self) -> Self::Expression {
                let write: fn(&$type) -> &$borrowed = $write;
                <&'a $borrowed as AsExpression<$sql>>::as_expression(write(self))
            }
        }

        impl AsExpression<$sql> for $type {
            type Expression = <$owned as AsExpression<$sql>>::Expression;

            fn as_expression(self) -> Self::Expression {
                let write: fn(&$type) -> &$borrowed = $write;
                <$owned as AsExpression<$sql>>::as_expression(write(&self).to_owned())
            }
        }
    };
}

column!(
    UnixTime as BigInt,
    i64,
    i64,
    |time| time.as_ref(),
    |seconds| Some(UnixTime::from_seconds(seconds))
);
column!(
    SecretId as Binary,
    Vec<u8>,
    [u8],
    |id| id.as_bytes(),
    |bytes| SecretId::from_bytes(&bytes)
);
column!(
    HashedSecret as Binary,
    Vec<u8>,
    [u8],
    |hash| hash.as_bytes(),
    |bytes| Some(HashedSecret::from_bytes(bytes))
);
column!(Scope as Text, String, str, |scope| scope.as_str(), |text| {
    Some(Scope::from_stored(text))
});
column!(
    CodeChallenge as Text,
    String,
    str,
    |challenge| challenge.as_str(),
    |text| { Some(CodeChallenge::from_stored(text)) }
);
column!(
    MatchedRedirectUri as Text,
    String,
    str,
    |uri| uri.as_str(),
    |text| { Some(MatchedRedirectUri::from_stored(text)) }
);
