using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Enrich;

/// <summary>What the options say of the messages' content.</summary>
internal sealed class EnrichmentPolicy(LiveOptions options, MessageOrigin origin)
{
    public MessageOrigin Origin => origin;

    /// <summary>Gets how long a request waits for the outbox, and for code of the application's that settling calls.</summary>
    public TimeSpan CommitTimeout => options.Current.Outbox.CommitTimeout;

    public bool Identify => options.Current.Identify;

    public bool SignOutWhenRevoked => options.Current.SignOut.WhenRevoked;
}
