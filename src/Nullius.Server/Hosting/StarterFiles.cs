using Nullius.State;

namespace Nullius.Server.Hosting;

/// <summary>The first configuration of an instance that has none: administrators may use the console, nothing else is there yet.</summary>
internal static class StarterFiles
{
    private const string Configuration = """
        # The configuration of this instance; `docs/configuration.md` lists every key. Changes are live within a second.
        domain: nullius.localhost
        account: "000000000000"

        policies:
          bindings:
            - policy: policies/administrators.json
              groups: [administrators]

        # Your applications, for example:
        # routes:
        #   - name: wiki
        #     upstream:
        #       url: https://127.0.0.1:9443
        #       caFile: certificates/wiki-root.pem
        routes: []

        """;

    private const string Administrators = """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "AdministerWithSecondFactor",
              "Effect": "Allow",
              "Action": "console:*",
              "Resource": "*",
              "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } }
            }
          ]
        }

        """;

    public static void Write(string folder)
    {
        var policies = Path.Combine(folder, "policies");
        Directory.CreateDirectory(policies, DataDirectory.OwnerOnlyFolder);
        Put(Path.Combine(policies, "administrators.json"), Administrators);
        Put(Path.Combine(folder, ConfigLocation.FileName), Configuration);
    }

    private static void Put(string path, string text)
    {
        if (!File.Exists(path)) File.WriteAllText(path, text);
    }
}
