namespace Nullius.Server.Tests.Configuration;

internal static class ConfigSamples
{
    /// <summary>Every key of the schema, once.</summary>
    public const string Complete = """
        domain: example.org
        account: "111122223333"
        listen:
          address: any
          port: 9443
          allowTls12: true
          maxConnections: 1000
          handshakeTimeout: 5s
          headersTimeout: 5s
        hosts:
          signIn: login
          console: admin.example.org
          devices: machines
        identity:
          freshFactor: 5m
          session:
            idle: 10m
            absolute: 8h
          password:
            minLength: 16
            codeLifetime: 1d
          lockout:
            attempts: 3
            duration: 1m
            maxDuration: 30m
            triesPerAddress: 10
        tokens:
          maxLifetime: 2h
          maxKeyLifetime: 30d
        devices:
          certificateLifetime: 7d
          compliance:
            required: [diskEncryption, endpointProtection]
            staleAfter: 20m
        policies:
          bindings:
            - policy: resource.json
              kind: boundary
              users: [alice]
              groups: [staff]
          guardrails:
            - [resource.json]
            - [resource.json, resource.json]
          conditionalAccess: [resource.json]
          namedLocations: [resource.json]
          candidate:
            bindings:
              - policy: resource.json
                groups: [staff]
            guardrails: []
            conditionalAccess: [resource.json]
            namedLocations: [resource.json]
        routes:
          - name: console
            mode: enforce
            durable: sync

          # The route that has everything.
          - name: ledger
            host: ledger
            paths: [/, /api]
            upstream:
              url: https://127.0.0.1:9443
              allowPlain: false
              caFile: roots.pem
              serverName: ledger.internal
              httpVersion: 2
              host: ledger.internal
              connectTimeout: 500ms
              activityTimeout: 30s
            granting: authenticated
            resourcePolicy: resource.json
            mode: observe
            enforceForGroups: [staff]
            operations:
              - name: Read
                methods: [GET]
                path: /api/*
            authenticationContexts:
              - id: c1
                operations: [Read]
            caseInsensitivePaths: true
            cors:
              origins: ["https://app.example.org:8443"]
              methods: [GET]
              headers: [Content-Type]
              exposedHeaders: [X-Total]
              credentials: false
              maxAge: 1h
            allowedOrigins: ["https://app.example.org:8443"]
            clientCertificate: require
            application: 2f1c
            maxSnapshotAge: 3s
            durable: sync
            maxRequestBody: 10MB
            assertion:
              enabled: true
              header: X-Who
              audience: ledger
            inject:
              userHeader: X-Remote-User
              groupsHeader: X-Remote-Groups
              basicUser: legacy
              basicPasswordFile: password
          - name: archive
            enforcedElsewhere: true
        decisionPoint:
          host: decide
          clients:
            - name: shelf
              users: [svc-shelf]
              devices: [dev-7]
              routes: [archive, ledger]
              states: ["aws:MultiFactorAuthPresent"]
              forwardsCertificates: true
        """;
}
