using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Intilery.AspNetCore.Browser;

/// <summary>Whether the person at the browser may be told from others, where the application asks for consent.</summary>
internal sealed class TrackingConsent(LifecycleDiagnostics diagnostics)
{
    public bool IsGiven(HttpContext context)
    {
        try
        {
            return context.Features.Get<ITrackingConsentFeature>()?.CanTrack != false;
        }
        catch (Exception exception)
        {
            // Whether consent is needed is the host's code to say. Without its answer there is none; the event is a fact all the same.
            diagnostics.Failed("asking for consent", exception);
            return false;
        }
    }
}
