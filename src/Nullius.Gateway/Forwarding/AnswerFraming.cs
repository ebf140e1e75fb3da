using System.Text;
using Microsoft.AspNetCore.Http;

namespace Nullius.Gateway.Forwarding;

/// <summary>What an application may say about the length of its answer, and what of it the client is told.</summary>
internal static class AnswerFraming
{
    /// <summary>Bytes of a header value as they are; what would not be one byte is refused, not replaced by something like it.</summary>
    public static readonly Encoding Values = Encoding.GetEncoding("iso-8859-1", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);

    /// <summary>False where clients would not agree on what the answer is: a status that is none, a transfer coding that is not taken off here.</summary>
    public static bool IsReadable(HttpResponseMessage answer) =>
        (int)answer.StatusCode >= 100
        && (!answer.Headers.NonValidated.TryGetValues("Transfer-Encoding", out var codings) || codings.Count == 1 && string.Equals(codings.ToString(), "chunked", StringComparison.OrdinalIgnoreCase));

    /// <summary>Takes the length off an answer that has none (RFC 9110, sections 8.6 and 15.3.6). False when there is to be no body either.</summary>
    public static bool MayHaveBody(HttpResponse response)
    {
        if (response.StatusCode is not (StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent))
            return true;
        response.ContentLength = response.StatusCode == StatusCodes.Status205ResetContent ? 0 : null;
        return false;
    }
}
