namespace Nullius.Server.DecisionPoint;

/// <summary>Reads a whole body, or says that it is larger than anything that is answered.</summary>
internal static class BoundedBody
{
    public const int Most = 256 * 1024;

    /// <summary>Null when it is too large.</summary>
    public static async Task<byte[]?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > Most)
            return null;
        using var body = new MemoryStream();
        var chunk = new byte[8192];
        int read;
        while ((read = await context.Request.Body.ReadAsync(chunk, context.RequestAborted)) > 0)
        {
            if (body.Length + read > Most)
                return null;
            body.Write(chunk, 0, read);
        }

        return body.ToArray();
    }
}
