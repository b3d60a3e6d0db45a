using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Intilery.AspNetCore.Browser;

/// <summary>Returns whether the browser may be identified, if the application requires consent.</summary>
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
            // The host's code decides whether consent is needed. If it fails, consent counts as missing; the event is captured
            // nevertheless.
            diagnostics.Failed("asking for consent", exception);
            return false;
        }
    }
}
