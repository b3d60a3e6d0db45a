namespace Intilery.AspNetCore.Delivery;

/// <summary>What is to be done after an attempt.</summary>
internal enum DeliveryDecision
{
    /// <summary>Intilery has the calls: remove them.</summary>
    Acknowledge,

    /// <summary>One of the calls is wrong: halve the batch until it is found; alone, it becomes a dead letter.</summary>
    Bisect,

    /// <summary>The request is too large: send it in two.</summary>
    Split,

    /// <summary>The set-up is wrong: wait long, and try again.</summary>
    Pause,

    /// <summary>Trouble that passes: try the same again after a while.</summary>
    BackOff,
}
