namespace Intilery.AspNetCore;

/// <summary>How waiting for delivery ended. See <see cref="IIntileryOutbox.FlushAsync"/>.</summary>
public enum FlushOutcome
{
    /// <summary>Intilery has acknowledged everything that was recorded before.</summary>
    Acknowledged,

    /// <summary>Everything has left the outbox, but Intilery rejected some of it: those events are dead letters.</summary>
    Rejected,

    /// <summary>Delivery is paused, because Intilery does not accept the set-up. The log and the health check have its answer.</summary>
    Paused,

    /// <summary>The wait was cancelled, or the host stops.</summary>
    Canceled,

    /// <summary>This process delivers nothing: see <see cref="IntileryDeliveryOptions.Enabled"/> and <see cref="IntileryOptions.CaptureOnly"/>.</summary>
    NotDelivering,
}
