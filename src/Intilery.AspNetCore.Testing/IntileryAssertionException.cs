namespace Intilery.AspNetCore.Testing;

/// <summary>An assertion of the recorder does not hold. The message has what was expected, and what was seen instead.</summary>
public sealed class IntileryAssertionException : Exception
{
    /// <summary>Initializes a new instance of the <see cref="IntileryAssertionException"/> class.</summary>
    public IntileryAssertionException()
    {
    }

    /// <summary>Initializes a new instance of the <see cref="IntileryAssertionException"/> class.</summary>
    /// <param name="message">What does not hold.</param>
    public IntileryAssertionException(string message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance of the <see cref="IntileryAssertionException"/> class.</summary>
    /// <param name="message">What does not hold.</param>
    /// <param name="innerException">What caused it.</param>
    public IntileryAssertionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
