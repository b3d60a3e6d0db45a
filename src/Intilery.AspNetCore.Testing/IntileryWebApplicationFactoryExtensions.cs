using Intilery.AspNetCore.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Mvc.Testing;

/// <summary>Lets tests see the lifecycle events of an application that <see cref="WebApplicationFactory{TEntryPoint}"/> runs.</summary>
public static class IntileryWebApplicationFactoryExtensions
{
    /// <summary>
    /// Returns a factory whose application records its events instead of sending them; <see cref="GetIntileryRecorder"/> finds them.
    /// </summary>
    /// <typeparam name="TEntryPoint">A type in the entry assembly of the application.</typeparam>
    /// <param name="factory">The factory.</param>
    /// <returns>A factory of its own, which the given one disposes of with itself.</returns>
    public static WebApplicationFactory<TEntryPoint> WithIntileryRecorder<TEntryPoint>(this WebApplicationFactory<TEntryPoint> factory)
        where TEntryPoint : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        return factory.WithWebHostBuilder(
            static builder => builder.ConfigureTestServices(static services => services.AddIntileryRecorder()));
    }

    /// <summary>Returns the recorder of the factory's application, which is started if it is not yet.</summary>
    /// <typeparam name="TEntryPoint">A type in the entry assembly of the application.</typeparam>
    /// <param name="factory">The factory that <see cref="WithIntileryRecorder"/> returned.</param>
    /// <returns>The recorder.</returns>
    /// <exception cref="InvalidOperationException">The factory's application has no recorder; the message names the call.</exception>
    public static IntileryRecorder GetIntileryRecorder<TEntryPoint>(this WebApplicationFactory<TEntryPoint> factory)
        where TEntryPoint : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        return factory.Services.GetIntileryRecorder();
    }
}
