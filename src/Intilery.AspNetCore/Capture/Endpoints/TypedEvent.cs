using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>The events of one function on one endpoint.</summary>
internal sealed class TypedEvent(string endpoint, TypedEventMetadata metadata, IReadOnlyList<Func<EndpointValues, object?>> parameters) : IEndpointEvent
{
    public string Source => $"{endpoint} .{metadata}";

    public bool WhenInvalid => false;

    public bool ReadsTenant => false;

    public bool Accepts(int status) => EndpointStatus.IsSuccess(null, status);

    public IReadOnlyList<LifecycleEvent> Make(EndpointValues values, int atMost, out int over)
    {
        over = 0;
        var arguments = new object?[parameters.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = parameters[i](values);
            if (!metadata.Parameters[i].Type.IsInstanceOfType(arguments[i]))
            {
                // A result of another type, or none: this call has nothing to tell.
                return [];
            }
        }

        var made = new List<LifecycleEvent>();
        foreach (var one in (metadata.Create(arguments) ?? []).OfType<LifecycleEvent>())
        {
            if (made.Count < atMost)
            {
                made.Add(one);
            }
            else
            {
                over++;
            }
        }

        return made;
    }
}
