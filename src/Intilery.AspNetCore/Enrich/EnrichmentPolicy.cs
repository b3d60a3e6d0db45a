using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Enrich;

/// <summary>What the options say of the messages' content.</summary>
internal sealed class EnrichmentPolicy(LiveOptions options, MessageOrigin origin)
{
    public MessageOrigin Origin => origin;

    public bool Identify => options.Current.Identify;

    public bool SignOutWhenRevoked => options.Current.SignOut.WhenRevoked;
}
