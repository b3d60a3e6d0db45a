namespace Intilery.AspNetCore;

/// <summary>The outcome of waiting for delivery. See <see cref="IIntileryOutbox.FlushAsync"/>.</summary>
public enum FlushOutcome
{
    /// <summary>Intilery has acknowledged all events that were recorded before.</summary>
    Acknowledged,

    /// <summary>The outbox is empty, but Intilery rejected some events: they are dead letters.</summary>
    Rejected,

    /// <summary>Delivery is paused, because Intilery does not accept the set-up. The log and the health check have its answer.</summary>
    Paused,

    /// <summary>The wait was cancelled, or the host is stopping.</summary>
    Canceled,

    /// <summary>This process delivers nothing: see <see cref="IntileryDeliveryOptions.Enabled"/> and <see cref="IntileryOptions.CaptureOnly"/>.</summary>
    NotDelivering,
}
