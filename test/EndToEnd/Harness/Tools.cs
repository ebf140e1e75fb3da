namespace Nullius.EndToEnd.Harness;

/// <summary>Programs of Debian that tests drive. A missing one fails the test and says which package has it.</summary>
internal static class Tools
{
    private static readonly Dictionary<string, string> Packages = new(StringComparer.Ordinal)
    {
        ["nginx"] = "nginx", ["apache2"] = "apache2", ["chromium"] = "chromium", ["curl"] = "curl", ["h2load"] = "nghttp2-client", ["wrk"] = "wrk",
        ["certutil"] = "libnss3-tools", ["node"] = "nodejs (20 or later)", ["npm"] = "npm", ["openssl"] = "openssl",
    };

    public static string Find(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/usr/local/bin", "/usr/bin"]);
        return folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"`{program}` is missing: install the Debian package {Packages.GetValueOrDefault(program, program)} (./test.sh does)");
    }
}
