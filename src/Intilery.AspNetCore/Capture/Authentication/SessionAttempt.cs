using Intilery.AspNetCore.Enrich.Happenings;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>A sign-in or sign-out under way: what happened counts once the host's own call has succeeded.</summary>
internal sealed class SessionAttempt(HttpResponse response, CaptureScope scope, ScopeEntry entry, string scheme, Func<Happening, Happening> complete)
{
    // Taken before the call: a bearer sign-in has started the response when it returns.
    private readonly StringValues _before = response.Headers.SetCookie;

    public string Scheme => scheme;

    public void Succeeded()
    {
        entry.ProveBy(_before, response.Headers.SetCookie);
        scope.Confirm(entry, complete(entry.Happening));
    }

    public void Failed() => scope.Remove(entry);
}
