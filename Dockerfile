# Builds Latchkey from source and ships the one program. SQLite, libpq and OpenSSL are built in.
FROM rust:1.95-bookworm AS build
WORKDIR /latchkey
COPY Cargo.toml Cargo.lock askama.toml ./
COPY .cargo .cargo
COPY benches benches
COPY migrations migrations
COPY src src
COPY static static
COPY templates templates
COPY tests/main.rs tests/main.rs
RUN cargo build --release --locked --bin latchkey \
 && mkdir -m 0700 /data

# glibc and nothing else: no shell, no package manager, a user without rights.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /latchkey/target/release/latchkey /usr/local/bin/latchkey
COPY --from=build --chown=65532:65532 /data /var/lib/latchkey
USER 65532:65532
WORKDIR /var/lib/latchkey
VOLUME /var/lib/latchkey
# A public address needs an issuer: set LATCHKEY_ISSUER, and LATCHKEY_TRUSTED_PROXIES for the proxy that
# ends TLS. `/metrics` answers loopback peers alone: set LATCHKEY_METRICS_LISTEN for a scraper outside.
ENV LATCHKEY_LISTEN=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/latchkey"]
CMD ["serve"]
