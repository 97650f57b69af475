import "../styles/math.css";
